package io.heliograph;

/** Failure of an operation because its connection or endpoint is closed or was closed meanwhile. */
public class ClosedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final transient CloseReason reason;
    private final boolean unsent;

    /**
     * @param reason reason for the close
     * @param unsent whether the peer certainly did not receive the message, see {@link #unsent()}
     */
    public ClosedException(String message, CloseReason reason, boolean unsent) {
        super(message, reason instanceof CloseReason.Failed failed ? failed.cause() : null);
        this.reason = reason;
        this.unsent = unsent;
    }

    /** Returns the reason for the close. */
    public CloseReason reason() {
        return reason;
    }

    @Override
    public boolean unsent() {
        return unsent;
    }
}
