package io.heliograph.realtime;

import java.util.Map;

/** No response came in time; whether the other side acted on the request is not known. */
public final class TimeoutException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    private final boolean unsent;

    public TimeoutException(String message) {
        this(message, false);
    }

    /**
     * @param unsent whether the packet was certainly never written
     */
    public TimeoutException(String message, boolean unsent) {
        super("TimeoutError", message, Map.of(), null);
        this.unsent = unsent;
    }

    @Override
    public boolean unsent() {
        return unsent;
    }
}
