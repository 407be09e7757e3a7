package io.heliograph;

/**
 * A listener's place in a list of listeners. Closing it takes the listener out.
 *
 * <p>Any thread may close it, any number of times. A call of the listener that has begun goes on; none begins after
 * {@link #close()} has returned on the thread that runs the listeners.
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    @Override
    void close();
}
