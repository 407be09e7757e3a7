package io.heliograph.server.binding;

import io.heliograph.EndpointStats;
import io.heliograph.rpc.RpcServer;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Binding of a listener of the protocol rpc. */
public final class RpcBinding implements Binding {

    public RpcBinding(
            HubCore hub,
            HubListener listener,
            @Nullable Consumer<RpcServer.Builder> configuration,
            @Nullable Consumer<RpcServer> onServer) {}

    @Override
    public CompletableFuture<Void> listen() {
        return CompletableFuture.failedFuture(new IllegalStateException("rpc is not bound yet"));
    }

    @Override
    public String url() {
        throw new IllegalStateException("rpc is not bound yet");
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public EndpointStats stats() {
        throw new IllegalStateException("rpc is not bound yet");
    }
}
