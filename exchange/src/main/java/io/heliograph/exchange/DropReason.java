package io.heliograph.exchange;

/** Reasons of dropped publications, the keys of {@link ExchangeStats#drops()}. */
public final class DropReason {

    /** Publications rejected, or dropped for the subscribers of one event loop, at the limit {@code maxQueuedBytes}. */
    public static final io.heliograph.DropReason QUEUE_FULL = io.heliograph.DropReason.QUEUE_FULL;

    /** Publications dropped for a slow listener or stream. */
    public static final io.heliograph.DropReason SLOW_CONSUMER = io.heliograph.DropReason.SLOW_CONSUMER;

    /** Publications that the broker rejected or lost before it assigned a position. */
    public static final io.heliograph.DropReason BROKER_FAILURE = io.heliograph.DropReason.BROKER_FAILURE;

    /** Publications missing in a reported gap: their number if it is known, otherwise one for each gap. */
    public static final io.heliograph.DropReason MISSED = io.heliograph.DropReason.MISSED;

    /** Publications that the broker delivered twice or out of order. */
    public static final io.heliograph.DropReason DUPLICATE = io.heliograph.DropReason.DUPLICATE;

    /** Publications that are in the log of the broker twice, because their node published them again after a loss. */
    public static final io.heliograph.DropReason REPEATED = io.heliograph.DropReason.REPEATED;

    /** Deliveries to a subscriber or listener that threw. */
    public static final io.heliograph.DropReason SUBSCRIBER_FAILURE = io.heliograph.DropReason.SUBSCRIBER_FAILURE;

    /** Publications whose value could not be encoded. */
    public static final io.heliograph.DropReason ENCODE_ERROR = io.heliograph.DropReason.ENCODE_ERROR;

    private DropReason() {}
}
