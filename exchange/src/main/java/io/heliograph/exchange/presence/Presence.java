package io.heliograph.exchange.presence;

import io.heliograph.Subscription;
import io.heliograph.frame.Frame;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Members of channels on all nodes. The members of a node that was killed remain until its time-out has passed, and no longer.
 *
 * <p>Thread-safe. No method blocks. A future fails if the engine is closed or cannot be reached.
 */
public interface Presence {

    /** Maximum number of members of a channel. */
    int MAX_MEMBERS = 100_000;

    /** Maximum length of the information of a member, in bytes. */
    int MAX_INFO_BYTES = 4096;

    /**
     * Returns the pseudo channel whose members are the connections of a user. The server that accepts a connection enters it there.
     *
     * @return a name that no channel can have
     */
    static String userChannel(String user) {
        return "\u0002" + user;
    }

    /**
     * Adds a member to a channel, or replaces the member with its id.
     *
     * @return a future that fails with an {@link IllegalArgumentException} if the information is longer than {@value #MAX_INFO_BYTES} bytes, and
     *     with an {@link IllegalStateException} if the channel has {@value #MAX_MEMBERS} members
     */
    CompletableFuture<Void> enter(String channel, Member member);

    /** Removes a member from a channel. Without effect if the channel has no such member. */
    CompletableFuture<Void> leave(String channel, String memberId);

    /** Returns the members of a channel, in no particular order. */
    CompletableFuture<List<Member>> members(String channel);

    /** Returns the number of members of a channel. */
    CompletableFuture<Long> count(String channel);

    /** Returns the connections of a user: the members of its {@linkplain #userChannel pseudo channel}. */
    CompletableFuture<List<Member>> connections(String user);

    /**
     * Calls {@code listener} with the members of a channel that enter, change and leave from now on. A member that leaves and enters again within
     * the linger time has not left.
     */
    Subscription watch(String channel, PresenceListener listener);

    /**
     * Member of a channel, such as a connection.
     *
     * @param id unique in the channel
     * @param user name of the user
     * @param info information for the other members, in the codec of the exchange; null for none
     * @param node id of the node of the member
     */
    record Member(String id, String user, @Nullable Frame info, String node) {}
}
