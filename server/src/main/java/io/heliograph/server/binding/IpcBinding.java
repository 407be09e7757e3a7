package io.heliograph.server.binding;

import io.heliograph.EndpointStats;
import io.heliograph.ipc.IpcServer;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Binding of a listener of the protocol ipc. */
public final class IpcBinding implements Binding {

    public IpcBinding(
            HubCore hub,
            HubListener listener,
            @Nullable Consumer<IpcServer.Builder> configuration,
            @Nullable Consumer<IpcServer> onServer) {}

    @Override
    public CompletableFuture<Void> listen() {
        return CompletableFuture.failedFuture(new IllegalStateException("ipc is not bound yet"));
    }

    @Override
    public String url() {
        throw new IllegalStateException("ipc is not bound yet");
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public EndpointStats stats() {
        throw new IllegalStateException("ipc is not bound yet");
    }
}
