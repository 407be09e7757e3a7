package io.heliograph.realtime;

import java.util.Map;

/** Expiry of a response time-out. The other side may have processed the request. */
public final class TimeoutException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    private final boolean unsent;

    public TimeoutException(String message) {
        this(message, false);
    }

    /**
     * @param unsent whether the packet has definitely not been sent
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
