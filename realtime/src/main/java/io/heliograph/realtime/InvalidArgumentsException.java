package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An argument that the protocol does not accept. */
public final class InvalidArgumentsException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public InvalidArgumentsException(String message) {
        this(message, Map.of());
    }

    InvalidArgumentsException(String message, Map<String, ? extends @Nullable Object> fields) {
        super("InvalidArgumentsError", message, fields, null);
    }
}
