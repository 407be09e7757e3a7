package io.heliograph.exchange;

/** Receiver of the publications of a channel, such as a connection. */
@FunctionalInterface
public interface Subscriber {

    /**
     * Called with each publication, in channel order.
     *
     * <p>Runs on the subscriber's event loop, one publication at a time for all subscribers of that loop. Must not block. May publish, subscribe
     * and unsubscribe; its own publications are delivered after it has returned. An exception is reported to {@link Exchange#onError} as a
     * {@link SubscriberException}; the other subscribers still receive the publication.
     */
    void published(Publication publication);

    /**
     * Called between two publications if publications between them may be missing. Runs in order with {@link #published}, on the same event
     * loop, under the same rules.
     */
    default void gap(Gap gap) {}

    /**
     * Whether the publications that this subscriber has missed must wait, because those before them have not been sent. Asked between two of them,
     * on the same event loop; new publications wait behind them. A subscriber that is behind for 10 s without a pause receives all of them
     * nevertheless, and with them the consequences for slow consumers. Default: false.
     */
    default boolean isBehind() {
        return false;
    }
}
