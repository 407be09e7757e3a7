package io.heliograph.server;

import io.heliograph.ipc.IpcServer;
import io.heliograph.server.binding.IpcBinding;
import io.heliograph.server.hub.Binding;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** IPC topics over a Unix socket. The URL is {@code unix:PATH}. */
public final class IpcProtocol extends Protocol<IpcProtocol> {

    private @Nullable Consumer<IpcServer.Builder> configuration;

    private @Nullable Consumer<IpcServer> onServer;

    IpcProtocol() {
        super("ipc", false, "unix");
    }

    /** Changes options of the server, before it is built. Address, exchange, transport and dispatch are the hub's. */
    public IpcProtocol configure(Consumer<? super IpcServer.Builder> configuration) {
        this.configuration = and(this.configuration, configuration);
        return this;
    }

    /** Gives access to the server, after it is built and before it listens. */
    public IpcProtocol server(Consumer<? super IpcServer> action) {
        this.onServer = and(onServer, action);
        return this;
    }

    @Override
    Binding.Factory factory() {
        return (hub, listener) -> new IpcBinding(hub, listener, configuration, onServer);
    }
}
