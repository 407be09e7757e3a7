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
}
