package io.heliograph.realtime;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Failure of a call whose connection ended or could not be opened. */
public final class BadConnectionException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    private final boolean unsent;

    /**
     * @param type {@code disconnect} if the connection was open, otherwise {@code connectAbort}
     * @param code the close code
     * @param reason the close reason, or null
     * @param unsent whether the packet has definitely not been sent
     */
    public BadConnectionException(String message, String type, int code, @Nullable String reason, boolean unsent) {
        super("BadConnectionError", message, fields(type, code, reason), null);
        this.unsent = unsent;
    }

    private static Map<String, @Nullable Object> fields(String type, int code, @Nullable String reason) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("type", type);
        fields.put("code", code);
        if (reason != null) {
            fields.put("reason", reason);
        }
        return fields;
    }

    /** Returns {@code connectAbort} or {@code disconnect}. */
    public String type() {
        return String.valueOf(fields().get("type"));
    }

    @Override
    public boolean unsent() {
        return unsent;
    }
}
