package io.heliograph.exchange;

import java.util.concurrent.CompletableFuture;

/** Subscription of a {@link Subscriber} to a channel. Thread-safe. */
public interface ChannelSubscription {

    String channel();

    /**
     * The start of the subscription: the subscriber receives every publication after this position or, if {@link #recovered()}, after the
     * requested position.
     */
    Position position();

    /** Result of the requested recovery. */
    Recovery recovery();

    /** Whether a recovery was requested, and the subscriber receives every publication since the requested position. */
    default boolean recovered() {
        return recovery() instanceof Recovery.Recovered;
    }

    /** Whether {@link #unsubscribe()} was called, or the exchange was closed. */
    boolean isEnded();

    /**
     * Ends the subscription. Idempotent. A call on the event loop of the subscriber stops delivery at once; a call on another thread lets a
     * delivery in progress finish.
     *
     * @return a future that completes when the broker has unsubscribed from the channel, if this was its last subscription in this exchange,
     *     and at once otherwise; fails with a {@link BrokerException} if the broker fails
     */
    CompletableFuture<Void> unsubscribe();
}
