package io.heliograph;

/** Rejection of a message because a bounded queue is full. */
public final class QueueFullException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final long limit;

    /**
     * @param limit limit of the queue, in the unit of the queue: bytes or messages
     */
    public QueueFullException(String message, long limit) {
        super(message, null);
        this.limit = limit;
    }

    /** Returns the limit of the queue, in the unit of the queue: bytes or messages. */
    public long limit() {
        return limit;
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
