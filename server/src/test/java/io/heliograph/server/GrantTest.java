package io.heliograph.server;

import static io.heliograph.server.HubAction.CALL;
import static io.heliograph.server.HubAction.CONNECT;
import static io.heliograph.server.HubAction.HISTORY;
import static io.heliograph.server.HubAction.MANAGE;
import static io.heliograph.server.HubAction.PRESENCE;
import static io.heliograph.server.HubAction.PUBLISH;
import static io.heliograph.server.HubAction.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.hub.Grants;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrantTest {

    private static final Principal NOBODY = Principal.anonymous();
    private static final Principal ADA = Principal.of("ada", "editor");
    private static final Principal LOCAL = new Principal("root", Principal.Source.OS_USER, true, Set.of(), Map.of());

    @Test
    void actionsWithoutGrantAreDenied() {
        Authority authority = authority(Grant.allow(SUBSCRIBE).to("anyone"));
        assertThat(authority.may(NOBODY, SUBSCRIBE, "a")).isEqualTo(Permission.allow());
        assertThat(authority.may(ADA, PUBLISH, "a")).isEqualTo(Permission.deny());
        assertThat(authority.may(NOBODY, PUBLISH, "a")).isEqualTo(Permission.deny("log in first"));
        assertThat(authority.may(LOCAL, CALL, "a")).isEqualTo(Permission.deny());
        assertThat(authority.may(LOCAL, MANAGE, "")).isEqualTo(Permission.deny());
    }

    @Test
    void subscribeIncludesHistoryButNotPresence() {
        Authority authority = authority(Grant.allow(SUBSCRIBE).to("anyone"));
        assertThat(authority.may(NOBODY, HISTORY, "a")).isEqualTo(Permission.allow());
        assertThat(authority.may(NOBODY, PRESENCE, "a")).isNotEqualTo(Permission.allow());
    }

    @Test
    void connectionsNeedNoGrant() {
        assertThat(authority().may(NOBODY, CONNECT, "ws://127.0.0.1:8000/rpc")).isEqualTo(Permission.allow());
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, true",
        "a/b, a/b/c, false",
        "a/*, a/b, true",
        "a/*, a, false",
        "a/*, a/b/c, false",
        "a/**, a, true",
        "a/**, a/b/c, true",
        "a/**, ab, false",
        "user/{user}/**, user/ada/inbox, true",
        "user/{user}/**, user/adam/inbox, false",
        "user/{user}, user/ada, true",
        "**, anything, true"
    })
    void patternsMatchLevels(String pattern, String channel, boolean allowed) {
        Authority authority = authority(Grant.allow(SUBSCRIBE).channels(pattern).to("authenticated"));
        assertThat(authority.may(ADA, SUBSCRIBE, channel) instanceof Permission.Allowed)
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "*", "**", "a\u0007", ""})
    void userNameThatIsNoLevelNeverMatches(String name) {
        Authority authority =
                authority(Grant.allow(SUBSCRIBE).channels("user/{user}/**").to("anyone"));
        Principal principal = new Principal(name, Principal.Source.TOKEN, false, Set.of(), Map.of());
        assertThat(authority.may(principal, SUBSCRIBE, "user/" + name + "/x")).isNotEqualTo(Permission.allow());
    }

    @Test
    void principalsAreSelected() {
        assertThat(allowed("anyone")).containsExactly(true, true, true);
        assertThat(allowed("authenticated")).containsExactly(false, true, true);
        assertThat(allowed("local")).containsExactly(false, false, true);
        assertThat(allowed("role:editor")).containsExactly(false, true, false);
        assertThat(allowed("role:reader")).containsExactly(false, false, false);
        assertThat(allowed("user:ada")).containsExactly(false, true, false);
    }

    private static List<Boolean> allowed(String to) {
        Authority authority = authority(Grant.allow(CALL).procedures("p").to(to));
        return List.of(NOBODY, ADA, LOCAL).stream()
                .map(who -> authority.may(who, CALL, "p") instanceof Permission.Allowed)
                .toList();
    }

    @Test
    void malformedGrantIsRejected() {
        assertThatThrownBy(() -> Grant.allow(CALL).to("everybody"))
                .hasMessage("to: 'everybody' (expected: anyone, authenticated, local, role:NAME or user:NAME)");
        assertThatThrownBy(() -> Grant.allow(CALL).procedures("a/**/b"))
                .hasMessage("pattern: 'a/**/b' (expected: * and {user} as whole levels, ** at the end only)");
        assertThatThrownBy(() -> Grant.allow(CALL).procedures("a-{user}"))
                .hasMessage("pattern: 'a-{user}' (expected: * and {user} as whole levels, ** at the end only)");
        assertThatThrownBy(() -> Hub.builder().permissions(Grant.allow(CALL)))
                .hasMessageEndingWith("(expected: with principals, by to)");
    }

    private static Authority authority(Grant... grants) {
        return new Grants(List.of(grants));
    }
}
