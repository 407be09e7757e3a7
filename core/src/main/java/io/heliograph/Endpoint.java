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
     * endpoint says otherwise; calls in flight are not awaited. {@link #closed()} completes at the end.
     */
    @Override
    void close();

    /**
     * Closes the endpoint after its work in flight: accepts no more connections and no more work, answers the calls in flight,
     * writes the messages that were accepted for sending, and then closes the connections. What is unanswered or unwritten after
     * {@code timeout} is dropped.
     *
     * <p>{@link #closed()} completes within {@code timeout} and a grace period of half a second, whatever user code does: a listener
     * that has not returned by then is not awaited, and a warning with its stack is logged.
     *
     * @param timeout time limit of all steps; zero or more
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
