package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rejection of an HTTP upgrade, for example because of its origin. */
public final class ServerProtocolException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public ServerProtocolException(String message) {
        this(message, Map.of());
    }

    ServerProtocolException(String message, Map<String, ? extends @Nullable Object> fields) {
        super("ServerProtocolError", message, fields, null);
    }
}
