package io.heliograph.server.hub;

import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Subscriber;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import io.heliograph.server.Principal;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Subscriptions and memberships of a connection. Event loop only. */
final class ConnectionChannels {

    private final HubConnection connection;
    private @Nullable Map<String, ChannelSubscription> channels;
    private @Nullable Memberships memberships;
    private boolean closed;

    /** Number of {@link #channels}; may be read by any thread. */
    private int count;

    ConnectionChannels(HubConnection connection) {
        this.connection = connection;
    }

    /**
     * Subscribes.
     *
     * @param decided principal that is allowed to subscribe
     */
    void subscribe(
            String channel,
            Subscriber subscriber,
            @Nullable Position since,
            Principal decided,
            Outcome<ChannelSubscription> outcome) {
        CompletableFuture<ChannelSubscription> subscribed = since == null
                ? connection.core().exchange().subscribe(channel, connection.loop(), subscriber)
                : connection.core().exchange().subscribe(channel, connection.loop(), subscriber, since);
        subscribed.whenComplete((subscription, failure) -> connection.onLoop(() -> {
            if (failure != null) {
                outcome.complete(null, HubErrors.of(failure));
            } else if (closed) {
                subscription.unsubscribe();
            } else {
                keep(channel, subscription);
                outcome.complete(subscription, null);
                recheckAfter(decided, channel);
            }
        }));
    }

    /** Decides again about a subscription if the principal has changed since the decision. */
    @SuppressWarnings("ReferenceEquality") // the same principal
    private void recheckAfter(Principal decided, String channel) {
        if (connection.principal() != decided) {
            recheck(channel);
        }
    }

    private void keep(String channel, ChannelSubscription subscription) {
        if (channels == null) {
            channels = new HashMap<>();
        }
        ChannelSubscription before = channels.put(channel, subscription);
        if (before != null) {
            before.unsubscribe();
        } else {
            count++;
        }
        entered(channel);
    }

    boolean unsubscribe(String channel) {
        ChannelSubscription subscription = channels == null ? null : channels.remove(channel);
        if (subscription == null) {
            return false;
        }
        subscription.unsubscribe();
        count--;
        left(channel);
        return true;
    }

    /** The number of subscriptions, for statistics. Any thread; on another one than the event loop possibly an older number. */
    int count() {
        return count;
    }

    Collection<String> names() {
        return channels == null ? List.of() : List.copyOf(channels.keySet());
    }

    /** Decides again about all subscriptions, because the principal has changed. */
    void principalChanged(Principal next) {
        if (memberships != null || !next.name().isEmpty()) {
            memberships().principalChanged();
        }
        recheck();
    }

    /** Decides again about all subscriptions, because rights have changed. */
    void recheck() {
        names().forEach(this::recheck);
        connection.peer().recheck();
    }

    @SuppressWarnings("ReferenceEquality") // the same principal
    private void recheck(String channel) {
        Principal decided = connection.principal();
        connection.after(
                connection.may(HubAction.SUBSCRIBE, channel),
                (none, denied) -> {
                    if (connection.principal() == decided) {
                        kickOut(channel, denied);
                    }
                },
                () -> {});
    }

    private void kickOut(String channel, @Nullable CallException denied) {
        kickOut(channel, denied == null ? "" : denied.getMessage());
    }

    void kickOut(String channel, String reason) {
        if (!closed) {
            unsubscribe(channel);
            connection.peer().kickOut(channel, reason);
        }
    }

    void entered(String channel) {
        if (!closed && connection.core().hasMembers(channel)) {
            memberships().enter(channel);
        }
    }

    void left(String channel) {
        if (memberships != null) {
            memberships.leave(channel);
        }
    }

    Memberships memberships() {
        if (memberships == null) {
            memberships = new Memberships(connection);
        }
        return memberships;
    }

    void close() {
        closed = true;
        if (channels != null) {
            channels.values().forEach(ChannelSubscription::unsubscribe);
        }
        if (memberships != null) {
            memberships.close();
        }
    }
}
