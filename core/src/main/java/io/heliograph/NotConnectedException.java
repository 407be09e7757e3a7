package io.heliograph;

import org.jspecify.annotations.Nullable;

/** Rejects a message or a call because its endpoint is not connected. The peer certainly never saw it. */
public class NotConnectedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public NotConnectedException(String message) {
        this(message, null);
    }

    /**
     * @param cause failure of the attempt to connect, or null
     */
    public NotConnectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
