package io.heliograph.exchange;

import io.heliograph.HeliographException;

/** Failure of a subscriber or listener, with the thrown exception as {@link #getCause()}. */
public final class SubscriberException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final String channel;

    SubscriberException(String channel, Throwable cause) {
        super("a subscriber of '" + BrokerException.shown(channel) + "' failed: " + cause, cause);
        this.channel = channel;
    }

    /** The channel of the subscription. */
    public String channel() {
        return channel;
    }
}
