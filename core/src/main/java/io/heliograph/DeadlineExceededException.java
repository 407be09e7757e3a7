package io.heliograph;

/** Failure of an operation that did not complete within its time limit. The peer may still complete the operation. */
public final class DeadlineExceededException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public DeadlineExceededException(String message) {
        super(message, null);
    }
}
