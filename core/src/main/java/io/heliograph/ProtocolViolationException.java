package io.heliograph;

import org.jspecify.annotations.Nullable;

/** Violation of the protocol by the peer. The connection is closed. */
public final class ProtocolViolationException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public ProtocolViolationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
