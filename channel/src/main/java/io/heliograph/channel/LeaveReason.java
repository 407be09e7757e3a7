package io.heliograph.channel;

/** Why a member is no longer there. */
public enum LeaveReason {

    /** It closed its channel. */
    LEFT,

    /** Its process or its connection ended, or it did not come back after the host had died. */
    LOST,

    /** It did not read what was for it, and was dropped so that the others need not wait. */
    STALLED,

    /** It broke the rules of the protocol. */
    BROKE_RULES
}
