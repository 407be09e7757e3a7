package io.heliograph.realtime.packet;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import java.util.Map;

/** Failure of a call whose connection ended before the response: a {@code BadConnectionError} of the original. */
public final class AbortedCallException extends ClosedException implements WireFailure {

    private static final long serialVersionUID = 1L;

    private final transient Map<String, Object> fields;

    /**
     * @param event event of the call
     * @param type {@code disconnect} if the connection was open, otherwise {@code connectAbort}
     * @param code close code
     * @param reason close reason for the peer, possibly empty
     * @param closeReason reason for the end of the connection
     */
    public AbortedCallException(String event, String type, int code, String reason, CloseReason closeReason) {
        super("Event " + event + " was aborted due to a bad connection", closeReason, false);
        this.fields = WireFailure.badConnection(type, code, reason);
    }

    @Override
    public String errorName() {
        return "BadConnectionError";
    }

    @Override
    public Map<String, Object> fields() {
        return fields;
    }
}
