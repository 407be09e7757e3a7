package io.heliograph;

/** The connection or endpoint is closed, and {@link #reason()} says why. */
public final class ClosedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final transient CloseReason reason;
    private final boolean unsent;

    /**
     * @param unsent whether what was being sent certainly never left
     */
    public ClosedException(String message, CloseReason reason, boolean unsent) {
        super(message, reason instanceof CloseReason.Failed failed ? failed.cause() : null);
        this.reason = reason;
        this.unsent = unsent;
    }

    public CloseReason reason() {
        return reason;
    }

    @Override
    public boolean unsent() {
        return unsent;
    }
}
