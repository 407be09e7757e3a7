package io.heliograph.exchange;

import io.heliograph.HeliographException;

/** A subscriber or listener threw; {@link #getCause()} is what. */
public final class SubscriberException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final String channel;

    SubscriberException(String channel, Throwable cause) {
        super("a subscriber of '" + BrokerException.shown(channel) + "' failed: " + cause, cause);
        this.channel = channel;
    }

    /** The channel it was subscribed to. */
    public String channel() {
        return channel;
    }
}
