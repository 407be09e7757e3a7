package io.heliograph;

import org.jspecify.annotations.Nullable;

/** Failure to connect to a peer: the address has no listener, or the attempt was refused or timed out. */
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
