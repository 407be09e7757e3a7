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
 * Who may connect to a server.
 *
 * @param users those who may; null for everybody
 * @param unknown whether somebody may of whom the system does not tell who it is
 */
record Admission(@Nullable Set<UserPrincipal> users, boolean unknown) {

    static final Admission EVERYBODY = new Admission(null, true);

    /**
     * Looks up the users; may block.
     *
     * @param names those who are allowed; null for what fits the mode of the socket file
     * @throws TransportException if there is no such user
     */
    static Admission of(@Nullable List<String> names, SocketFile.Options file) {
        if (names != null) {
            Set<UserPrincipal> users = new HashSet<>();
            names.forEach(name -> users.add(Users.named(name)));
            return new Admission(Set.copyOf(users), false);
        }
        return file.isOwnerOnly()
                ? new Admission(Set.copyOf(List.of(Users.self(), Users.named("root"))), true)
                : EVERYBODY;
    }

    boolean admits(Optional<PeerCredentials> peer) {
        return users == null || peer.map(known -> users.contains(known.user())).orElse(unknown);
    }
}
