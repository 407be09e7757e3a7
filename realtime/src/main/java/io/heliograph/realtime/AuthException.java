package io.heliograph.realtime;

import java.util.Map;

/** A token could not be delivered to the client. */
public final class AuthException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public AuthException(String message) {
        super("AuthError", message, Map.of(), null);
    }
}
