package io.heliograph.realtime;

import java.util.Map;

/** Something was done at the wrong time, twice, or with a packet that was malformed. */
public final class InvalidActionException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public InvalidActionException(String message) {
        super("InvalidActionError", message, Map.of(), null);
    }
}
