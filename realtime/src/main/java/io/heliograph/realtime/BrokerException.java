package io.heliograph.realtime;

import java.util.Map;

/** Subscribing to a channel, or unsubscribing, has failed. */
public final class BrokerException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    public BrokerException(String message) {
        super("BrokerError", message, Map.of(), null);
    }
}
