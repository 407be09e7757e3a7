package io.heliograph.server.binding;

import io.heliograph.TransportException;
import io.heliograph.server.Principal;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.unix.Users;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Identities of the peers of Unix domain sockets. Thread-safe. */
final class OsUsers {

    private final Set<UserPrincipal> local;

    // Names of local users; the user of a socket has its id as its name.
    private final Map<UserPrincipal, String> names;

    private OsUsers(Set<UserPrincipal> local, Map<UserPrincipal, String> names) {
        this.local = local;
        this.names = names;
    }

    /** Looks up the user of this process and root, on a virtual thread. */
    static CompletableFuture<OsUsers> lookUp() {
        CompletableFuture<OsUsers> users = new CompletableFuture<>();
        Thread.ofVirtual().name("heliograph-users").start(() -> {
            try {
                users.complete(new OsUsers(Users.selfAndRoot(), names()));
            } catch (RuntimeException e) {
                users.completeExceptionally(e);
            }
        });
        return users;
    }

    private static Map<UserPrincipal, String> names() {
        Map<UserPrincipal, String> names = new HashMap<>();
        for (String name : List.of("root", System.getProperty("user.name", ""))) {
            try {
                names.put(Users.named(name), name);
            } catch (TransportException unknown) {
                // A container may not define a name for its user.
            }
        }
        return names;
    }

    /**
     * Returns the user of the peer process, local if it is that of this process or root; anonymous if it is unknown. The name of another
     * user may be its id.
     */
    Principal principal(Optional<PeerCredentials> peer) {
        return peer.map(known -> principal(known.user())).orElse(Principal.anonymous());
    }

    private Principal principal(UserPrincipal user) {
        return new Principal(
                names.getOrDefault(user, user.getName()),
                Principal.Source.OS_USER,
                local.contains(user),
                Set.of(),
                Map.of());
    }
}
