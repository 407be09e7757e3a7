package io.heliograph.exchange;

/** Reasons for a gap between two publications, or for a recovery that is not possible. */
public enum GapReason {

    /** The history does not reach back to the position. */
    TRIMMED("too-old"),

    /** The broker has lost publications that the subscriber may have received. */
    FORKED("forked"),

    /** The broker does not know the channel any more. */
    ENGINE_LOST_STATE("engine-lost-state"),

    /** More publications were missed than {@code maxRecovered} or {@code maxQueuedBytes} allows. */
    TOO_MANY("too-many"),

    /** The queue of the subscriber was full. Subscribing again with the position before the gap recovers the publications. */
    QUEUE_FULL("queue-full"),

    /** The broker could not be reached. */
    UNAVAILABLE("unavailable"),

    /** A slow subscriber receives the latest publication only, as its server is configured. */
    CONFLATED("conflated");

    private final String key;

    GapReason(String key) {
        this.key = key;
    }

    /** Returns the name in messages, logs and metrics, such as {@code too-old}. */
    public String key() {
        return key;
    }

    /** Returns the reason for a read that could not continue. */
    static GapReason of(Broker.Continuity continuity) {
        return switch (continuity) {
            case TRIMMED -> TRIMMED;
            case FORKED -> FORKED;
            case UNKNOWN -> ENGINE_LOST_STATE;
            case COMPLETE, PARTIAL -> throw new IllegalArgumentException(continuity + " is not a gap");
        };
    }

    @Override
    public String toString() {
        return key;
    }
}
