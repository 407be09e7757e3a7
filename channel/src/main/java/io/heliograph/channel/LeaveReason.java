package io.heliograph.channel;

/** Reason for which a member has left a {@link MessageChannel}. */
public enum LeaveReason {

    /** The member closed its channel. */
    LEFT,

    /** The member's process ended, or the member did not come back after its connection or its host was lost. */
    LOST,

    /** The member did not read, and the host disconnected it. */
    STALLED,

    /** The member violated the protocol, and the host disconnected it. */
    PROTOCOL_VIOLATION
}
