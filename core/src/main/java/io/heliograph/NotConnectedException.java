package io.heliograph;

/** Rejects a message or a call because its endpoint is not connected. The peer certainly never saw it. */
public class NotConnectedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public NotConnectedException(String message) {
        super(message, null);
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
