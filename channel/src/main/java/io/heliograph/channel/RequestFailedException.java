package io.heliograph.channel;

import io.heliograph.HeliographException;

/**
 * A request was answered with a failure.
 *
 * <p>A request handler throws it to say why: its message is what the other side is told. What else a handler throws is reported
 * on its own side, and the other is told only that it failed.
 */
public final class RequestFailedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public RequestFailedException(String message) {
        super(message, null);
    }
}
