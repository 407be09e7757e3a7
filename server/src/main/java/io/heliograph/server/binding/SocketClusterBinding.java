package io.heliograph.server.binding;

import io.heliograph.EndpointStats;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.spi.RealtimeBackend;
import io.heliograph.server.CallException;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.HubListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Binding of a listener of the protocol socketcluster. The server subscribes and publishes in the exchange of the hub by itself; the hub
 * decides, and receives the calls.
 */
public final class SocketClusterBinding implements Binding, RealtimeBackend {

    /** Code of errors that have none. */
    private static final int NO_CODE = -32000;

    private final HubCore hub;
    private final HubListener listener;
    private final @Nullable Consumer<RealtimeServer.Builder> configuration;
    private final @Nullable Consumer<RealtimeServer> onServer;
    private @Nullable RealtimeServer server;

    public SocketClusterBinding(
            HubCore hub,
            HubListener listener,
            @Nullable Consumer<RealtimeServer.Builder> configuration,
            @Nullable Consumer<RealtimeServer> onServer) {
        this.hub = hub;
        this.listener = listener;
        this.configuration = configuration;
        this.onServer = onServer;
    }

    // ---- listener

    @Override
    public CompletableFuture<Void> listen() {
        RealtimeServer.Builder builder = RealtimeServer.builder()
                .maxMessageBytes(hub.options().maxMessageBytes())
                .origins(hub.origins());
        if (configuration != null) {
            configuration.accept(builder);
        }
        builder.on(hub.web(listener))
                .path(listener.path())
                .exchange(hub.exchange())
                .authEngine(hub.tokens())
                .transport(hub.transport())
                .dispatch(hub.options().dispatch())
                .daemon(true);
        RealtimeServer built = RealtimeBackend.build(builder, this);
        server = built;
        if (onServer != null) {
            onServer.accept(built);
        }
        return built.listen();
    }

    @Override
    public String url() {
        return listener.urlWithPort(server().port());
    }

    private RealtimeServer server() {
        RealtimeServer present = server;
        if (present == null) {
            throw new IllegalStateException("the listener has not been started");
        }
        return present;
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        RealtimeServer present = server;
        return present == null ? CompletableFuture.completedFuture(null) : present.closeGracefully(timeout);
    }

    @Override
    public EndpointStats stats() {
        return server().stats();
    }

    // ---- backend

    @Override
    public String channel(String name) {
        String channel = listener.names().channel(name);
        return channel == null ? name : channel;
    }

    @Override
    public String nameOf(String channel) {
        String name = listener.names().nameOf(channel);
        return name == null ? channel : name;
    }

    @Override
    public boolean echo() {
        return listener.echo();
    }

    @Override
    public RealtimeException error(Throwable failure) {
        return toError(HubErrors.of(failure));
    }

    /** Returns the error as the client receives it. */
    static RealtimeException toError(CallException failure) {
        RealtimeException error = RealtimeException.of(failure.errorName(), failure.getMessage());
        if (failure.code() != NO_CODE) {
            error = error.with("code", failure.code());
        }
        return failure.data() == null ? error : error.with("data", failure.data());
    }

    @Override
    public Session connected(Peer peer) {
        return new SocketClusterConnection(hub, listener, peer);
    }
}
