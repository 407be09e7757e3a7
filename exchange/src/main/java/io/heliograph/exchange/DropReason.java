package io.heliograph.exchange;

/** The keys of {@link ExchangeStats#drops()}. */
public final class DropReason {

    /** Publications refused, or not given to the subscribers of one event loop, because {@code maxQueuedBytes} waited for it. */
    public static final String QUEUE_FULL = "queue-full";

    /** Publications not given to a listener or stream, because it was too slow. */
    public static final String SLOW_CONSUMER = "slow-consumer";

    /** Publications that the broker refused or lost before they had a position. */
    public static final String BROKER_FAILURE = "broker-failure";

    /** Publications that the broker gave a position and never delivered, as seen by the next one. */
    public static final String MISSED = "missed";

    /** Publications that the broker delivered twice, or too late. */
    public static final String DUPLICATE = "duplicate";

    /** Deliveries to a subscriber or listener that threw. */
    public static final String SUBSCRIBER_FAILURE = "subscriber-failure";

    /** Publications whose value could not be encoded. */
    public static final String ENCODE_ERROR = "encode-error";

    private DropReason() {}
}
