package io.heliograph.realtime.packet;

import io.heliograph.NotConnectedException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Failure of a call or event that was never sent, because no connection was open: a {@code BadConnectionError} of the original. */
public final class UnsentException extends NotConnectedException implements WireFailure {

    private static final long serialVersionUID = 1L;

    private final transient Map<String, Object> fields;

    /**
     * @param type {@code disconnect} if the connection was open, otherwise {@code connectAbort}
     * @param code close code of the connection or attempt
     * @param reason close reason, or null
     * @param cause failure of the attempt to connect, or null
     */
    public UnsentException(String message, String type, int code, @Nullable String reason, @Nullable Throwable cause) {
        super(cause == null ? message : message + ": " + cause.getMessage(), cause);
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
