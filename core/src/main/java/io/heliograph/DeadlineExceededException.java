package io.heliograph;

/** Failure of an operation that did not complete within its time limit. */
public class DeadlineExceededException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final boolean unsent;

    /** Creates the failure of an operation that the peer may still complete. */
    public DeadlineExceededException(String message) {
        this(message, false);
    }

    /**
     * @param unsent whether the peer certainly did not receive the message, see {@link #unsent()}
     */
    public DeadlineExceededException(String message, boolean unsent) {
        super(message, null);
        this.unsent = unsent;
    }

    @Override
    public boolean unsent() {
        return unsent;
    }
}
