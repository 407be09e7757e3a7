package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Failure to deliver a token to the client. */
public final class AuthException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public AuthException(String message) {
        this(message, Map.of());
    }

    AuthException(String message, Map<String, ? extends @Nullable Object> fields) {
        super("AuthError", message, fields, null);
    }
}
