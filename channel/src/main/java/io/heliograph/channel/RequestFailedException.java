package io.heliograph.channel;

import io.heliograph.HeliographException;

/**
 * A request was answered with a failure.
 *
 * <p>A request handler throws this exception to choose the message that the caller receives. Other exceptions of a handler are
 * reported on the handler's side only; the caller learns that the handler failed.
 */
public final class RequestFailedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public RequestFailedException(String message) {
        super(message, null);
    }
}
