package io.heliograph.server;

import io.heliograph.realtime.RealtimeServer;
import io.heliograph.server.binding.SocketClusterBinding;
import io.heliograph.server.hub.Binding;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** SocketCluster over WebSocket. The URL is {@code ws://HOST:PORT/PATH}, by custom with the path {@code /socketcluster/}. */
public final class SocketClusterProtocol extends Protocol<SocketClusterProtocol> {

    private @Nullable Consumer<RealtimeServer.Builder> configuration;

    private @Nullable Consumer<RealtimeServer> onServer;

    SocketClusterProtocol() {
        super("socketcluster", true, "ws", "wss");
    }

    /** Changes options of the server, before it is built. Address, exchange, transport and dispatch are the hub's. */
    public SocketClusterProtocol configure(Consumer<? super RealtimeServer.Builder> configuration) {
        this.configuration = and(this.configuration, configuration);
        return this;
    }

    /** Gives access to the server, after it is built and before it listens. */
    public SocketClusterProtocol server(Consumer<? super RealtimeServer> action) {
        this.onServer = and(onServer, action);
        return this;
    }

    @Override
    Binding.Factory factory() {
        return (hub, listener) -> new SocketClusterBinding(hub, listener, configuration, onServer);
    }
}
