package io.heliograph.realtime;

import java.util.Map;

/** A connection was refused before it was one, as for its origin. */
public final class ServerProtocolException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public ServerProtocolException(String message) {
        super("ServerProtocolError", message, Map.of(), null);
    }
}
