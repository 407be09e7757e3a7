package io.heliograph.transport;

import io.heliograph.Address;
import java.util.concurrent.CompletableFuture;

/** A listening socket. */
public interface Acceptor {

    /** Where it listens, with the real port. */
    Address address();

    /**
     * Stops listening; links that were accepted go on. Any thread, any number of times.
     *
     * @return completes, always normally, when the socket is closed
     */
    CompletableFuture<Void> close();
}
