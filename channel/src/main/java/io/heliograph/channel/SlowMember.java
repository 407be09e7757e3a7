package io.heliograph.channel;

/** What a host does with a member that does not read what is for it. Either way it is counted, and the others go on. */
public enum SlowMember {

    /** It is dropped, with the reason {@link LeaveReason#STALLED}; should it wake up, it joins anew. */
    DROP,

    /**
     * Messages that find its queue full are skipped for it; what it gets is in order, with gaps. Who reads nothing at all for as
     * long as {@link MessageChannel.Builder#stallTimeout} is dropped all the same: it acknowledges nothing, so that senders would
     * come to wait for it.
     */
    SKIP
}
