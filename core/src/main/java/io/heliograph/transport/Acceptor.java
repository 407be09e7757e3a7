package io.heliograph.transport;

import io.heliograph.Address;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A listening socket. */
public interface Acceptor {

    /** Where it listens, with the real port. */
    Address address();

    /** How many connections that it accepted are open now. */
    int openConnections();

    /** How many connections it has accepted. */
    long acceptedConnections();

    /**
     * Stops listening; links that were accepted go on. Any thread, any number of times.
     *
     * @return completes, always normally, when the socket is closed
     */
    CompletableFuture<Void> close();

    /**
     * Stops listening, and ends all connections that were accepted, each in its order: a link is told to {@link Link#end(int,
     * String) end}, a WebSocket with 1001; a connection of HTTP closes once its request is answered. Any thread.
     *
     * @param timeout how long that may take; what is open then is closed at once
     * @return completes, always normally, when all are closed
     */
    CompletableFuture<Void> end(Duration timeout);
}
