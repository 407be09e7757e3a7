package io.heliograph.channel;

/** Why a member is no longer there. */
public enum LeaveReason {

    /** It closed its channel. */
    LEFT,

    /** Its process ended, or it did not come back after its connection or its host had. */
    LOST,

    /** It did not read what was for it, and was dropped so that the others need not wait. */
    STALLED,

    /** It broke the rules of the protocol. */
    BROKE_RULES
}
