package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rejection by middleware without a reason for the peer. */
public final class SilentMiddlewareBlockedException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param type the kind of middleware, such as {@code inbound}
     */
    public SilentMiddlewareBlockedException(String message, String type) {
        this(message, Map.of("type", type));
    }

    SilentMiddlewareBlockedException(String message, Map<String, ? extends @Nullable Object> fields) {
        super("SilentMiddlewareBlockedError", message, fields, null);
    }

    /** Returns the kind of middleware, such as {@code inbound}. */
    public String type() {
        return String.valueOf(fields().get("type"));
    }
}
