package io.heliograph;

/** The time allowed for something ran out. The peer may still do it. */
public final class DeadlineExceededException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public DeadlineExceededException(String message) {
        super(message, null);
    }
}
