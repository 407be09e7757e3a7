package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Close of a connection with a code other than 1000 and 1001. */
public final class SocketProtocolException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    public SocketProtocolException(String message, int code) {
        this(message, code, null);
    }

    /**
     * @param cause the local cause of the close, or null
     */
    public SocketProtocolException(String message, int code, @Nullable Throwable cause) {
        super("SocketProtocolError", message, Map.of("code", code), cause);
        this.code = code;
    }

    /** Returns the close code. */
    public int code() {
        return code;
    }
}
