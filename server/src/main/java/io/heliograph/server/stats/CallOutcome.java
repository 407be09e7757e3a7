package io.heliograph.server.stats;

import java.util.Locale;

/** Outcome of a call. */
public enum CallOutcome {

    /** The procedure returned a result. */
    OK,

    /** The procedure failed, or its arguments were invalid. */
    ERROR,

    /** The call did not end in time. */
    TIMEOUT,

    /** The connection closed before the end of the call. */
    CLOSED;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** Returns the name in logs and metrics, such as {@code timeout}. */
    public String key() {
        return key;
    }

    @Override
    public String toString() {
        return key;
    }
}
