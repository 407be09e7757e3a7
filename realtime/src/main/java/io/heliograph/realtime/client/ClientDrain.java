package io.heliograph.realtime.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Graceful close of a client: waits until its calls and the requests of the server are answered. Event loop only. */
final class ClientDrain {

    private final DefaultRealtimeClient client;
    private @Nullable CompletableFuture<Void> drained;
    private boolean noRequests;

    ClientDrain(DefaultRealtimeClient client) {
        this.client = client;
    }

    /** Whether the client answers the remaining requests only. */
    boolean isStarted() {
        return drained != null;
    }

    /**
     * Starts to wait.
     *
     * @return completes when nothing is in flight
     */
    CompletableFuture<Void> start() {
        CompletableFuture<Void> started = new CompletableFuture<>();
        drained = started;
        client.calls().onEmpty(this::check);
        ClientConnection present = client.life.connection();
        if (present == null) {
            connectionEnded();
        } else {
            present.requests.drain().thenRun(() -> client.onLoop(this::connectionEnded));
        }
        return started;
    }

    /** Records that no request of the server is left: all are answered, or the connection has ended. */
    void connectionEnded() {
        noRequests = drained != null;
        check();
    }

    /** Completes the wait if nothing is in flight. */
    void check() {
        if (drained != null && noRequests && client.calls().size() == 0 && client.outbound.queue.isDrained()) {
            drained.complete(null);
        }
    }
}
