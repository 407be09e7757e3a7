package io.heliograph.realtime;

import java.util.Map;

/** No response came in time; whether the other side acted on the request is not known. */
public final class TimeoutException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public TimeoutException(String message) {
        super("TimeoutError", message, Map.of(), null);
    }
}
