package io.heliograph.server.binding;

import io.heliograph.server.Principal;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.unix.AllowedUsers;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Identities of the peers of Unix domain sockets. Thread-safe. */
final class OsUsers {

    private final AllowedUsers local;

    private OsUsers(AllowedUsers local) {
        this.local = local;
    }

    /** Looks up the user of this process and root, on a virtual thread. */
    static CompletableFuture<OsUsers> lookUp() {
        CompletableFuture<OsUsers> users = new CompletableFuture<>();
        Thread.ofVirtual().name("heliograph-users").start(() -> {
            try {
                users.complete(
                        new OsUsers(new AllowedUsers(AllowedUsers.selfAndRoot().users(), false)));
            } catch (RuntimeException e) {
                users.completeExceptionally(e);
            }
        });
        return users;
    }

    /** Returns the user of the peer process, local if it is that of this process or root; anonymous if it is unknown. */
    Principal principal(Optional<PeerCredentials> peer) {
        return peer.map(known -> new Principal(
                        known.user().getName(), Principal.Source.OS_USER, local.allow(peer), Set.of(), Map.of()))
                .orElse(Principal.anonymous());
    }
}
