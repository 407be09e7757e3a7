package io.heliograph.server.hub;

import io.heliograph.EndpointStats;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Server or member of one listener, which maps its protocol to the hub. */
public interface Binding {

    /** Creates the binding of a listener; no I/O. */
    @FunctionalInterface
    interface Factory {
        Binding create(HubCore hub, HubListener listener);
    }

    /**
     * Starts to listen. A binding over WebSocket attaches itself to {@link HubCore#web}; the hub starts that web server after all bindings.
     *
     * @return fails if the listener cannot start
     */
    CompletableFuture<Void> listen();

    /** The URL with the actual port. Called after the start of the hub. */
    String url();

    /**
     * Stops listening on an address of its own; connections stay open. A binding over WebSocket has none.
     *
     * @return completes when the address is released
     */
    default CompletableFuture<Void> stopListening() {
        return CompletableFuture.completedFuture(null);
    }

    /** Closes after the calls in flight; see {@link io.heliograph.Endpoint#closeGracefully}. */
    CompletableFuture<Void> closeGracefully(Duration timeout);

    EndpointStats stats();
}
