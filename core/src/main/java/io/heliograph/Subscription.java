package io.heliograph;

/** Registration of a listener. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /**
     * Removes the listener. Idempotent and thread-safe.
     *
     * <p>A call of the listener that has begun completes. If {@code close()} runs on the thread that calls the listeners, no
     * further call begins after it returns.
     */
    @Override
    void close();
}
