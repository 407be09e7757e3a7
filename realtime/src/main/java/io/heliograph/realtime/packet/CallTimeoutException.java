package io.heliograph.realtime.packet;

import io.heliograph.DeadlineExceededException;
import java.util.Map;

/** Expiry of a response time-out: the original's {@code TimeoutError}. */
public final class CallTimeoutException extends DeadlineExceededException implements WireFailure {

    private static final long serialVersionUID = 1L;

    /**
     * @param unsent whether the packet has definitely not been sent
     */
    public CallTimeoutException(String event, boolean unsent) {
        super("Event response for " + event + " event timed out", unsent);
    }

    @Override
    public String errorName() {
        return "TimeoutError";
    }

    @Override
    public Map<String, Object> fields() {
        return Map.of();
    }
}
