package io.heliograph.realtime.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Graceful close of a client: waits until its calls and the requests of the server are answered. Event loop only. */
final class ClientDrain {

    private final DefaultRealtimeClient client;
    private @Nullable CompletableFuture<Void> drained;

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
        check();
        return started;
    }

    /** Completes the wait if nothing is in flight. */
    void check() {
        if (drained != null && client.calls().size() == 0 && client.outbound.queue.isDrained()) {
            drained.complete(null);
        }
    }
}
