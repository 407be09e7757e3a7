package io.heliograph.unix;

import io.heliograph.TransportException;
import io.heliograph.transport.PeerCredentials;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Users that the peer of a Unix domain socket may run as, the same for clients and servers.
 *
 * @param users the allowed users; null for all
 * @param unknown whether a peer without known credentials is allowed
 */
public record AllowedUsers(@Nullable Set<UserPrincipal> users, boolean unknown) {

    /** All users. */
    public static final AllowedUsers ALL = new AllowedUsers(null, true);

    public AllowedUsers {
        users = users == null ? null : Set.copyOf(users);
    }

    /** Returns the user of this process and root. May block. */
    public static AllowedUsers selfAndRoot() {
        return new AllowedUsers(Users.selfAndRoot(), true);
    }

    /**
     * Looks up users; a peer without known credentials is not one of them. May block.
     *
     * @param names names or ids of users
     * @throws TransportException if a user does not exist
     */
    public static AllowedUsers named(List<String> names) {
        Set<UserPrincipal> users = new HashSet<>();
        names.forEach(name -> users.add(Users.named(name)));
        return new AllowedUsers(users, false);
    }

    /** Returns whether the peer is allowed. */
    public boolean allow(Optional<PeerCredentials> peer) {
        return users == null || peer.map(known -> users.contains(known.user())).orElse(unknown);
    }

    /** Returns the name of the peer for messages: its user, and its process if that is known. */
    public static String describe(Optional<PeerCredentials> peer) {
        if (peer.isEmpty()) {
            return "an unknown user";
        }
        String user = "user " + peer.get().user().getName();
        return peer.get().pid().isPresent()
                ? user + " (process " + peer.get().pid().getAsLong() + ")"
                : user;
    }
}
