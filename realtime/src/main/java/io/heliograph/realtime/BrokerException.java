package io.heliograph.realtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Failure to subscribe to a channel, to unsubscribe, or to publish. */
public final class BrokerException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public BrokerException(String message) {
        this(message, Map.of());
    }

    BrokerException(String message, Map<String, ? extends @Nullable Object> fields) {
        super("BrokerError", message, fields, null);
    }
}
