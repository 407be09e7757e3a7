package io.heliograph;

import org.jspecify.annotations.Nullable;

/** The peer broke the rules of the protocol; the connection to it ends. */
public final class ProtocolViolationException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public ProtocolViolationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
