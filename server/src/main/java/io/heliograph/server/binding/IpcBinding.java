package io.heliograph.server.binding;

import io.heliograph.EndpointStats;
import io.heliograph.endpoint.InFlight;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.ipc.IpcServer;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.ipc.spi.IpcFormat;
import io.heliograph.ipc.spi.IpcPeer;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Binding of a listener of the protocol ipc: topics are channels. A process of the hub's own user, or of root, receives all channels that its
 * principal may subscribe to, until it subscribes by itself; every other process receives the channels that it has subscribed to.
 */
public final class IpcBinding implements Binding, IpcBackend {

    private static final String SCHEME = "unix:";

    private final HubCore hub;
    private final HubListener listener;
    private final Options options;
    private final @Nullable Consumer<IpcServer.Builder> configuration;
    private final @Nullable Consumer<IpcServer> onServer;
    private final IpcFormat format;
    private final IpcDefaultDelivery defaultDelivery;
    private final InFlight calls = new InFlight();
    private final Encoding encoding = publication -> encode(publication, null);
    private final Encoding encodingWithPosition =
            publication -> encode(publication, publication.position().toString());
    private volatile @Nullable IpcServer server;
    private volatile @Nullable OsUsers users;

    /**
     * Options of the binding.
     *
     * @param deliver patterns of the channels, in the hub, that a client receives that has not subscribed; empty for none; null for the default
     * @param slowConsumers policy for publications to a client that reads too slowly
     */
    public record Options(@Nullable List<ChannelPattern> deliver, PendingPublications.Policy slowConsumers) {}

    public IpcBinding(
            HubCore hub,
            HubListener listener,
            Options options,
            @Nullable Consumer<IpcServer.Builder> configuration,
            @Nullable Consumer<IpcServer> onServer) {
        this.hub = hub;
        this.listener = listener;
        this.options = options;
        this.configuration = configuration;
        this.onServer = onServer;
        this.format = new IpcFormat(hub.codec());
        this.defaultDelivery = new IpcDefaultDelivery(hub, listener, options.deliver());
    }

    // ---- listener

    @Override
    public CompletableFuture<Void> listen() {
        IpcServer.Builder builder =
                IpcServer.builder(file()).maxMessageBytes(hub.options().maxMessageBytes());
        if (configuration != null) {
            configuration.accept(builder);
        }
        builder.transport(hub.transport())
                .dispatch(hub.options().dispatch())
                .daemon(true)
                .takeOver(hub.options().reusePort());
        IpcServer built = IpcBackend.build(builder, this);
        server = built;
        built.onError(hub::report);
        if (onServer != null) {
            onServer.accept(built);
        }
        return OsUsers.lookUp().thenCompose(found -> {
            users = found;
            return built.listen();
        });
    }

    private Path file() {
        return Path.of(listener.configuredUrl().substring(SCHEME.length()));
    }

    @Override
    public String url() {
        return SCHEME + file().toAbsolutePath();
    }

    @Override
    public CompletableFuture<Void> stopListening() {
        IpcServer present = server;
        return present == null ? CompletableFuture.completedFuture(null) : present.stopListening();
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        IpcServer present = server;
        return present == null ? CompletableFuture.completedFuture(null) : present.closeGracefully(timeout);
    }

    @Override
    public CompletableFuture<Void> drain() {
        return calls.drain();
    }

    @Override
    public EndpointStats stats() {
        return Objects.requireNonNull(server, "the listener has not been started")
                .stats();
    }

    // ---- connections

    @Override
    public PendingPublications.Policy slowConsumers() {
        return options.slowConsumers();
    }

    @Override
    public Session connected(IpcPeer peer) {
        OsUsers known = users;
        Principal principal = known == null ? Principal.anonymous() : known.principal(peer.credentials());
        IpcConnection connection = new IpcConnection(this, peer);
        connection.open(principal);
        return connection;
    }

    HubCore hub() {
        return hub;
    }

    HubListener listener() {
        return listener;
    }

    IpcFormat format() {
        return format;
    }

    InFlight calls() {
        return calls;
    }

    IpcDefaultDelivery defaultDelivery() {
        return defaultDelivery;
    }

    /** Returns the frame of a publication whose channel is not hidden, which all connections share. */
    Frame frame(Publication publication, boolean withPosition) {
        return publication.encoded(withPosition ? encodingWithPosition : encoding);
    }

    private Frame encode(Publication publication, @Nullable String position) {
        String topic = Objects.requireNonNull(listener.names().nameOf(publication.channel()));
        return format.frame(topic, publication.data(), position);
    }
}
