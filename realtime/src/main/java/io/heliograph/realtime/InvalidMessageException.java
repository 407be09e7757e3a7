package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message that cannot be decoded or encoded. */
public final class InvalidMessageException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public InvalidMessageException(String message) {
        this(message, Map.of(), null);
    }

    public InvalidMessageException(String message, @Nullable Throwable cause) {
        this(message, Map.of(), cause);
    }

    InvalidMessageException(String message, Map<String, ? extends @Nullable Object> fields, @Nullable Throwable cause) {
        super("InvalidMessageError", message, fields, cause);
    }
}
