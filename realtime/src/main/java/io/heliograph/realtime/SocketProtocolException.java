package io.heliograph.realtime;

import java.util.Map;

/** A connection ended with a code other than 1000 and 1001. */
public final class SocketProtocolException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    public SocketProtocolException(String message, int code) {
        super("SocketProtocolError", message, Map.of("code", code), null);
        this.code = code;
    }

    /** The close code. */
    public int code() {
        return code;
    }
}
