package io.heliograph.realtime;

/** What becomes of the streams of a socket that has ended. */
public enum StreamCleanup {

    /** They end at once, and what they hold is dropped. */
    KILL,

    /** They end after what was received. */
    CLOSE,

    /** They give what was received, and do not end. */
    NONE
}
