package io.heliograph.cli.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Actions of anonymous, authenticated and local clients of {@code helio serve}. */
class ServePermissionsTest {

    private static boolean may(ServePermissions permissions, Principal who, HubAction action) {
        return permissions.may(who, action, "news") instanceof Permission.Allowed;
    }

    @ParameterizedTest
    @CsvSource({
        // action, anonymous on loopback, anonymous where clients log in, logged in, local
        "CONNECT, true, true, true, true",
        "SUBSCRIBE, true, true, true, true",
        "HISTORY, true, true, true, true",
        "CALL, true, true, true, true",
        "PUBLISH, true, false, true, true",
        "PRESENCE, true, false, true, true",
        "VIEW, false, false, false, true",
        "MANAGE, false, false, false, true"
    })
    void clientMay(HubAction action, boolean onLoopback, boolean toLogIn, boolean loggedIn, boolean local) {
        ServePermissions open = new ServePermissions(false);
        ServePermissions strict = new ServePermissions(true);
        assertThat(may(open, Principal.anonymous(), action)).isEqualTo(onLoopback);
        assertThat(may(strict, Principal.anonymous(), action)).isEqualTo(toLogIn);
        assertThat(may(strict, Principal.of("ada"), action)).isEqualTo(loggedIn);
        Principal user = new Principal("root", Principal.Source.OS_USER, true, Set.of(), Map.of());
        assertThat(may(strict, user, action)).isEqualTo(local);
    }
}
