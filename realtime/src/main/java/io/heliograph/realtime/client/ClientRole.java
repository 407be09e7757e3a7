package io.heliograph.realtime.client;

import io.heliograph.CloseReason;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.EndpointLifecycle.Restart;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Started {@link EndpointLifecycle} of a client, and the client's actions in it. */
final class ClientRole implements EndpointLifecycle.Role {

    final Counters counters = new Counters();
    final EndpointLifecycle lifecycle;
    private final ClientLoop loop;

    // Written before the client can be closed.
    private volatile @Nullable DefaultRealtimeClient client;

    // Event loop only.
    private @Nullable Transport transport;

    /**
     * Starts the life cycle.
     *
     * @throws IllegalStateException if the transport is missing
     */
    ClientRole(ClientConfig options) {
        lifecycle = new EndpointLifecycle(
                this, Restart.NEVER, RealtimeClient.class.getName(), options.endpoint(), counters);
        CompletableFuture<Void> start = lifecycle.connect();
        if (!lifecycle.isRunning()) {
            throw new IllegalStateException(
                    "the client cannot start",
                    start.handle((none, failure) -> failure).join());
        }
        EventLoop real = lifecycle.loop();
        loop = new ClientLoop(real, options.nanoTime() == null ? real::nanoTime : options.nanoTime());
    }

    ClientLoop loop() {
        return loop;
    }

    void client(DefaultRealtimeClient client) {
        this.client = client;
    }

    private DefaultRealtimeClient client() {
        return Objects.requireNonNull(client);
    }

    /** Returns the transport. Event loop only, after {@link #begin}. */
    Transport transport() {
        return Objects.requireNonNull(transport);
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        this.transport = transport;
    }

    @Override
    public CompletableFuture<Void> drain(Duration timeout) {
        return client().drain.start();
    }

    @Override
    public void shutdown(Duration timeout) {
        DefaultRealtimeClient closing = client();
        closing.life.finish().thenRun(() -> {
            closing.endStreams();
            lifecycle.finish(new CloseReason.Local());
        });
    }

    @Override
    public void abort() {
        client().life.abort();
    }

    @Override
    public void ended() {
        client().ended();
    }
}
