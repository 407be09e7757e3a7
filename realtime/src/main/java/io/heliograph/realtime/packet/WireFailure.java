package io.heliograph.realtime.packet;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Failure of a call on this side that has a name of the protocol and is sent to a peer as the original sends it. */
public interface WireFailure {

    /** Returns the name on the wire. */
    String errorName();

    /** Returns the further fields on the wire, in the order of the wire. */
    Map<String, Object> fields();

    /**
     * Returns the fields of a {@code BadConnectionError}.
     *
     * @param type {@code disconnect} if the connection was open, otherwise {@code connectAbort}
     */
    static Map<String, Object> badConnection(String type, int code, @Nullable String reason) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", type);
        fields.put("code", code);
        if (reason != null) {
            fields.put("reason", reason);
        }
        return fields;
    }
}
