package io.heliograph.exchange;

/** One who gets the publications of a channel: for a protocol, a connection. */
@FunctionalInterface
public interface Subscriber {

    /**
     * A publication has come, the next in the order of its channel.
     *
     * <p>Called on the subscriber's event loop, one publication at a time for all subscribers of that loop, so it must not
     * block. It may publish, subscribe and unsubscribe; what it publishes arrives after it has returned. What it throws is
     * reported to {@link Exchange#onError} as a {@link SubscriberException}, and does not keep the publication from others.
     */
    void published(Publication publication);
}
