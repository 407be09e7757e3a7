package io.heliograph.transport;

import io.heliograph.Address;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A listening socket. */
public interface Acceptor {

    /** The address, with the actual port. */
    Address address();

    /** The number of accepted connections that are open. */
    int openConnections();

    /** The total of accepted connections. */
    long acceptedConnections();

    /**
     * Stops listening; accepted links stay open. Thread-safe; repeated calls have no effect.
     *
     * @return completes normally when the socket is closed
     */
    CompletableFuture<Void> close();

    /**
     * Stops listening, and closes all accepted connections in order: a link by {@link Link#end(int, String)}, a WebSocket with
     * 1001, an HTTP connection after the response to its request. Thread-safe.
     *
     * @param timeout time until connections that are still open are aborted
     * @return completes normally when all connections are closed
     */
    CompletableFuture<Void> end(Duration timeout);
}
