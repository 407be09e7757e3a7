package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Middleware has blocked an action and said no reason that is meant for the other side. */
public final class SilentMiddlewareBlockedException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param type the kind of middleware, as {@code inbound}
     */
    public SilentMiddlewareBlockedException(String message, String type) {
        this(message, Map.of("type", type));
    }

    SilentMiddlewareBlockedException(String message, Map<String, ? extends @Nullable Object> fields) {
        super("SilentMiddlewareBlockedError", message, fields, null);
    }

    /** The kind of middleware, as {@code inbound}. */
    public String type() {
        return String.valueOf(fields().get("type"));
    }
}
