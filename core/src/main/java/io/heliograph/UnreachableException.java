package io.heliograph;

import org.jspecify.annotations.Nullable;

/**
 * Failure to connect to a peer: the address has no listener, or the attempt was refused or timed out. The message has the
 * address, the cause and what to do: {@code ws://localhost:8000/: connection refused; is the server running on this port?
 * (ECONNREFUSED)}.
 */
public final class UnreachableException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public UnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
