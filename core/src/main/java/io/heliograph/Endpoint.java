package io.heliograph;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Server or client: started once and closed once.
 *
 * <p>Building an endpoint performs no I/O. {@link #close} and {@link #closeGracefully} are final, idempotent and
 * thread-safe, also inside a listener. They end everything that the endpoint has started.
 */
public interface Endpoint extends AutoCloseable {

    /**
     * Closes the endpoint and returns at once.
     *
     * <p>Messages that were accepted for sending are written first, within a time limit of 5 s unless an option of the
     * endpoint says otherwise. {@link #closed()} completes at the end.
     */
    @Override
    void close();

    /**
     * Closes the endpoint as {@link #close()} does, with another time limit for writing accepted messages. Messages
     * that are unwritten after {@code timeout} are dropped.
     *
     * @param timeout time limit; zero or more
     * @return {@link #closed()}
     */
    CompletableFuture<Void> closeGracefully(Duration timeout);

    /**
     * Returns the future that completes, always normally, when the endpoint has closed: its sockets are closed and no
     * listener will be called.
     */
    CompletableFuture<Void> closed();

    /** Returns a snapshot of the counters. */
    EndpointStats stats();
}
