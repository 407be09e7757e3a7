package io.heliograph;

/** A bounded queue had no room. Its limit, in the unit of the queue, is {@link #limit()}. */
public final class QueueFullException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final long limit;

    public QueueFullException(String message, long limit) {
        super(message, null);
        this.limit = limit;
    }

    public long limit() {
        return limit;
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
