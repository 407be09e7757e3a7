package io.heliograph.channel;

/** Policy of a host for a member that reads too slowly. The other members are not affected; every loss is counted and reported. */
public enum SlowConsumer {

    /** Senders wait for the member; if it stalls, it is disconnected with {@link LeaveReason#STALLED}. It may join again. */
    CLOSE,

    /**
     * Messages for the member are skipped while its queue is full; it receives the others in order. A member that reads nothing for
     * {@link MessageChannel.Builder#stallTimeout} is disconnected nevertheless, because it acknowledges nothing and would block the
     * senders.
     */
    SKIP
}
