package io.heliograph.server.binding;

import io.heliograph.EndpointStats;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Binding of a listener of the protocol realtime. */
public final class SocketClusterBinding implements Binding {

    public SocketClusterBinding(
            HubCore hub,
            HubListener listener,
            @Nullable Consumer<RealtimeServer.Builder> configuration,
            @Nullable Consumer<RealtimeServer> onServer) {}

    @Override
    public CompletableFuture<Void> listen() {
        return CompletableFuture.failedFuture(new IllegalStateException("realtime is not bound yet"));
    }

    @Override
    public String url() {
        throw new IllegalStateException("realtime is not bound yet");
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public EndpointStats stats() {
        throw new IllegalStateException("realtime is not bound yet");
    }
}
