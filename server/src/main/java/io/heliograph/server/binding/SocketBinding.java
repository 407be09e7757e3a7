package io.heliograph.server.binding;

import io.heliograph.EndpointStats;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import io.heliograph.socket.SocketServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Binding of a listener of the protocol socket. */
public final class SocketBinding implements Binding {

    public SocketBinding(
            HubCore hub,
            HubListener listener,
            @Nullable Consumer<SocketServer.Builder> configuration,
            @Nullable Consumer<SocketServer> onServer) {}

    @Override
    public CompletableFuture<Void> listen() {
        return CompletableFuture.failedFuture(new IllegalStateException("socket is not bound yet"));
    }

    @Override
    public String url() {
        throw new IllegalStateException("socket is not bound yet");
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public EndpointStats stats() {
        throw new IllegalStateException("socket is not bound yet");
    }
}
