package io.heliograph.server;

import io.heliograph.endpoint.PendingPublications;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.rpc.RpcServer;
import io.heliograph.server.binding.RpcBinding;
import io.heliograph.server.hub.Binding;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** RPC with JSON or MessagePack, over WebSocket or a Unix socket. The URL is {@code ws://HOST:PORT/PATH} or {@code unix:PATH}. Paths below that of the URL are namespaces. */
public final class RpcProtocol extends Protocol<RpcProtocol> {

    private PendingPublications.Policy slowConsumers = PendingPublications.Policy.CLOSE;
    private @Nullable Consumer<RpcServer.Builder> configuration;

    private @Nullable Consumer<RpcServer> onServer;

    RpcProtocol() {
        super("rpc", true, "ws", "wss", "unix");
    }

    /**
     * Selects the policy for events to a client that reads too slowly, when {@code maxQueuedBytes} is reached. Responses that do not fit close
     * the connection. Default: {@link SlowConsumer#CLOSE}.
     */
    public RpcProtocol slowConsumers(SlowConsumer slowConsumers) {
        this.slowConsumers = switch (slowConsumers) {
            case CLOSE -> PendingPublications.Policy.CLOSE;
            case DROP_OLDEST_PER_CHANNEL -> PendingPublications.Policy.DROP_OLDEST;
            case CONFLATE_PER_CHANNEL -> PendingPublications.Policy.CONFLATE;
        };
        return this;
    }

    /** Changes options of the server, before it is built. Address, exchange, transport and dispatch are the hub's. */
    public RpcProtocol configure(Consumer<? super RpcServer.Builder> configuration) {
        this.configuration = and(this.configuration, configuration);
        return this;
    }

    /** Gives access to the server, after it is built and before it listens. */
    public RpcProtocol server(Consumer<? super RpcServer> action) {
        this.onServer = and(onServer, action);
        return this;
    }

    @Override
    Binding.Factory factory() {
        return (hub, listener) -> new RpcBinding(hub, listener, slowConsumers, configuration, onServer);
    }
}
