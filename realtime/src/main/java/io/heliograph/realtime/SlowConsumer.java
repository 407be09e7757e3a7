package io.heliograph.realtime;

/**
 * Policy for a slow consumer: a connection with {@code maxQueuedBytes} of queued data.
 *
 * <p>Only publications are dropped. A response or an event that exceeds the limit closes the connection.
 */
public enum SlowConsumer {

    /** Disconnects the slow consumer, which reconnects and subscribes again. */
    CLOSE,

    /**
     * Drops the oldest queued publication of the channel for a newer one, or else the oldest of any channel. Responses and events
     * may overtake queued publications.
     */
    DROP_OLDEST_PER_CHANNEL,

    /**
     * Queues only the newest publication of each channel, for channels in which only the latest value counts. Disconnects the slow
     * consumer if even these exceed the limit. Responses and events may overtake queued publications.
     */
    CONFLATE_PER_CHANNEL
}
