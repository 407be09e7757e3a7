package io.heliograph.exchange.redis;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Subscription;
import io.heliograph.exchange.memory.InMemoryPresence;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.exchange.presence.PresenceListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Presence on Redis. Each node writes its own members, and reads those of the nodes that are alive in its view. Members whose entering failed,
 * because Redis is away, enter when it returns. Thread-safe.
 */
final class RedisPresence implements Presence {

    /** Interval at which watched channels are read again. */
    static final Duration REFRESH = Duration.ofSeconds(60);

    /** Interval at which the own members are written again; Redis forgets them after a day. */
    static final Duration RENEWAL = Duration.ofHours(6);

    private final List<PresencePartition> partitions;
    private final Membership membership;
    private final InMemoryPresence view;

    private volatile boolean closed;

    /**
     * Adds a client for each partition to {@code masters}.
     *
     * @param view notifies the listeners
     */
    RedisPresence(RedisOptions options, Masters masters, Membership membership, InMemoryPresence view) {
        this.membership = membership;
        this.view = view;
        List<PresencePartition> all = new ArrayList<>();
        for (int i = 0; i < options.partitions(); i++) {
            PartitionKeys keys = new PartitionKeys(options.keyPrefix(), PartitionKeys.tag(i, options.partitions()));
            PartitionLink link = new PartitionLink(masters, options.publishTimeout());
            PresencePartition partition = new PresencePartition(keys, link, membership, view);
            masters.add(partition);
            all.add(partition);
        }
        partitions = List.copyOf(all);
        membership.onChange(change -> partitions.forEach(PresencePartition::nodesChanged));
        membership.onIdentity(this::renew);
        membership.reaper(this::forget);
    }

    private PresencePartition partition(String channel) {
        return partitions.get(PartitionKeys.partition(channel, partitions.size()));
    }

    /** Writes the own members again. */
    void renew() {
        partitions.forEach(PresencePartition::renew);
    }

    /** Reads the watched channels again. */
    CompletableFuture<Void> refresh() {
        return all(PresencePartition::refresh);
    }

    private CompletableFuture<Void> forget(String node) {
        return all(partition -> partition.forget(node));
    }

    private CompletableFuture<Void> all(Function<PresencePartition, CompletableFuture<Void>> action) {
        return CompletableFuture.allOf(partitions.stream().map(action).toArray(CompletableFuture[]::new));
    }

    @Override
    public CompletableFuture<Void> enter(String channel, Member member) {
        if (closed) {
            return closedFailure();
        }
        IllegalArgumentException tooLong = InMemoryPresence.tooLong(member);
        return tooLong == null ? partition(channel).enter(channel, member) : CompletableFuture.failedFuture(tooLong);
    }

    @Override
    public CompletableFuture<Void> leave(String channel, String memberId) {
        return closed ? closedFailure() : partition(channel).leave(channel, memberId);
    }

    @Override
    public CompletableFuture<List<Member>> members(String channel) {
        if (closed) {
            return closedFailure();
        }
        PresencePartition partition = partition(channel);
        return partition.members(channel).thenApply(nodes -> {
            Map<String, Member> members = new LinkedHashMap<>();
            nodes.forEach((node, each) -> {
                if (partition.isAlive(node)) {
                    members.putAll(each);
                }
            });
            return List.copyOf(members.values());
        });
    }

    @Override
    public CompletableFuture<Long> count(String channel) {
        return closed ? closedFailure() : partition(channel).count(channel);
    }

    @Override
    public CompletableFuture<List<Member>> connections(String user) {
        return members(Presence.userChannel(user));
    }

    @Override
    public Subscription watch(String channel, PresenceListener listener) {
        return partition(channel).watch(channel, listener);
    }

    private static <T> CompletableFuture<T> closedFailure() {
        return CompletableFuture.failedFuture(
                new ClosedException("the engine is closed", new CloseReason.Local(), true));
    }

    /** Lets all members of this node leave. */
    CompletableFuture<Void> close() {
        closed = true;
        view.close();
        return forget(membership.id());
    }
}
