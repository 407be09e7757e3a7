package io.heliograph.exchange;

/** Reasons of dropped publications, the keys of {@link ExchangeStats#drops()}. */
public final class DropReason {

    /** Publications rejected, or dropped for the subscribers of one event loop, at the limit {@code maxQueuedBytes}. */
    public static final String QUEUE_FULL = "queue-full";

    /** Publications dropped for a slow listener or stream. */
    public static final String SLOW_CONSUMER = "slow-consumer";

    /** Publications that the broker rejected or lost before it assigned a position. */
    public static final String BROKER_FAILURE = "broker-failure";

    /** Publications missing before the next delivered position. */
    public static final String MISSED = "missed";

    /** Publications that the broker delivered twice or out of order. */
    public static final String DUPLICATE = "duplicate";

    /** Deliveries to a subscriber or listener that threw. */
    public static final String SUBSCRIBER_FAILURE = "subscriber-failure";

    /** Publications whose value could not be encoded. */
    public static final String ENCODE_ERROR = "encode-error";

    private DropReason() {}
}
