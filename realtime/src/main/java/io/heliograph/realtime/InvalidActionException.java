package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An action that is repeated, malformed, or not permitted in the current state. */
public final class InvalidActionException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public InvalidActionException(String message) {
        this(message, Map.of());
    }

    InvalidActionException(String message, Map<String, ? extends @Nullable Object> fields) {
        super("InvalidActionError", message, fields, null);
    }
}
