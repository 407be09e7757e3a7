package io.heliograph.ipc;

import io.heliograph.TransportException;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.unix.SocketFile;
import io.heliograph.unix.Users;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Users that may connect to a server.
 *
 * @param users the allowed users; null for all
 * @param unknown whether a peer without known credentials is allowed
 */
record AllowedUsers(@Nullable Set<UserPrincipal> users, boolean unknown) {

    static final AllowedUsers ALL = new AllowedUsers(null, true);

    /**
     * Looks up the users. May block.
     *
     * @param names names or ids of the allowed users; null for the default of the socket file's mode
     * @throws TransportException if a user does not exist
     */
    static AllowedUsers of(@Nullable List<String> names, SocketFile.Options file) {
        if (names != null) {
            Set<UserPrincipal> users = new HashSet<>();
            names.forEach(name -> users.add(Users.named(name)));
            return new AllowedUsers(Set.copyOf(users), false);
        }
        return file.isOwnerOnly()
                ? new AllowedUsers(Set.copyOf(List.of(Users.self(), Users.named("root"))), true)
                : ALL;
    }

    boolean allow(Optional<PeerCredentials> peer) {
        return users == null || peer.map(known -> users.contains(known.user())).orElse(unknown);
    }
}
