package io.heliograph.server;

import io.heliograph.server.binding.SocketBinding;
import io.heliograph.server.hub.Binding;
import io.heliograph.socket.SocketServer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Typed socket. The URL is {@code tcp://HOST:PORT}. */
public final class SocketProtocol extends Protocol<SocketProtocol> {

    private @Nullable Consumer<SocketServer.Builder> configuration;

    private @Nullable Consumer<SocketServer> onServer;

    SocketProtocol() {
        super("socket", false, "tcp");
    }

    /** Changes options of the server, before it is built. Address, exchange, transport and dispatch are the hub's. */
    public SocketProtocol configure(Consumer<? super SocketServer.Builder> configuration) {
        this.configuration = and(this.configuration, configuration);
        return this;
    }

    /** Gives access to the server, after it is built and before it listens. */
    public SocketProtocol server(Consumer<? super SocketServer> action) {
        this.onServer = and(onServer, action);
        return this;
    }

    @Override
    Binding.Factory factory() {
        return (hub, listener) -> new SocketBinding(hub, listener, configuration, onServer);
    }
}
