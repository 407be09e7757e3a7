package io.heliograph;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * What every server and client of this library is: something that is started once and closed once.
 *
 * <p>Building one does no I/O. Closing is final and may be asked for at any time, from any thread, from inside a
 * listener, and any number of times; it ends everything the endpoint started.
 */
public interface Endpoint extends AutoCloseable {

    /**
     * Starts an orderly end and returns at once: what was accepted for sending is written first, for a short time limited
     * by the endpoint, 5 s unless its options say otherwise. {@link #closed()} tells when it is over.
     */
    @Override
    void close();

    /**
     * Closes as {@link #close()} does, with {@code timeout} for what is still to be written; then what remains is cut off.
     *
     * @return {@link #closed()}
     */
    CompletableFuture<Void> closeGracefully(Duration timeout);

    /** Completes, always normally, when the endpoint has ended: its sockets are closed and no listener will be called. */
    CompletableFuture<Void> closed();

    /** A reading of the counters, taken now. */
    EndpointStats stats();
}
