package io.heliograph.realtime;

/** Treatment of the streams of a closed connection. */
public enum StreamCleanup {

    /** Ends the streams at once and drops their elements. */
    KILL,

    /** Ends the streams after the received elements. */
    CLOSE,

    /** Leaves the streams open after the received elements. */
    NONE
}
