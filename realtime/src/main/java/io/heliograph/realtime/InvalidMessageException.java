package io.heliograph.realtime;

import java.util.Map;

/** A message that could not be decoded or encoded. */
public final class InvalidMessageException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public InvalidMessageException(String message) {
        super("InvalidMessageError", message, Map.of(), null);
    }
}
