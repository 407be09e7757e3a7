package io.heliograph.realtime;

import java.util.Map;

/** An argument that the protocol does not take. */
public final class InvalidArgumentsException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public InvalidArgumentsException(String message) {
        super("InvalidArgumentsError", message, Map.of(), null);
    }
}
