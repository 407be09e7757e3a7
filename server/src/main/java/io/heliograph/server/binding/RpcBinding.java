package io.heliograph.server.binding;

import io.heliograph.Address;
import io.heliograph.EndpointStats;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.http.HttpRequest;
import io.heliograph.rpc.RpcServer;
import io.heliograph.rpc.spi.RpcBackend;
import io.heliograph.rpc.spi.RpcPeer;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Binding of a listener of the protocol rpc: methods are procedures, and events are channels. The names of a namespace are those that
 * begin with its path.
 */
public final class RpcBinding implements Binding, RpcBackend {

    /** Limit of the bytes that are queued for one connection. */
    private static final int MAX_QUEUED_BYTES = 1 << 20;

    private final HubCore hub;
    private final HubListener listener;
    private final PendingPublications.Policy slowConsumers;
    private final @Nullable Consumer<RpcServer.Builder> configuration;
    private final @Nullable Consumer<RpcServer> onServer;

    // By namespace; kept while a connection uses it.
    private final Map<String, RpcNames> names = new ConcurrentHashMap<>();
    private @Nullable RpcServer server;
    private @Nullable WebServer web;
    private volatile @Nullable OsUsers users;

    /** @param slowConsumers policy for events to a connection whose client reads too slowly */
    public RpcBinding(
            HubCore hub,
            HubListener listener,
            PendingPublications.Policy slowConsumers,
            @Nullable Consumer<RpcServer.Builder> configuration,
            @Nullable Consumer<RpcServer> onServer) {
        this.hub = hub;
        this.listener = listener;
        this.slowConsumers = slowConsumers;
        this.configuration = configuration;
        this.onServer = onServer;
    }

    // ---- listener

    @Override
    public CompletableFuture<Void> listen() {
        RpcServer.Builder builder = RpcServer.builder()
                .maxMessageBytes(hub.options().maxMessageBytes())
                .maxQueuedBytes(MAX_QUEUED_BYTES)
                .origins(hub.origins());
        if (configuration != null) {
            configuration.accept(builder);
        }
        builder.transport(hub.transport())
                .dispatch(hub.options().dispatch())
                .daemon(true)
                .reusePort(hub.options().reusePort());
        boolean unix = listener.configuredUrl().startsWith("unix:");
        if (unix) {
            builder.listenOn(Address.parse(listener.configuredUrl()));
        } else {
            web = hub.web(listener);
            builder.on(web);
            String path = listener.path();
            if (!path.equals("/")) {
                builder.basePath(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
            }
        }
        RpcServer built = RpcBackend.build(builder, this);
        server = built;
        built.onError(hub::report);
        if (onServer != null) {
            onServer.accept(built);
        }
        return unix
                ? OsUsers.lookUp().thenCompose(found -> {
                    users = found;
                    return built.listen();
                })
                : built.listen();
    }

    @Override
    public String url() {
        WebServer shared = web;
        return shared == null ? listener.configuredUrl() : listener.urlWithPort(shared.port());
    }

    private RpcServer server() {
        RpcServer present = server;
        if (present == null) {
            throw new IllegalStateException("the listener has not been started");
        }
        return present;
    }

    @Override
    public CompletableFuture<Void> stopListening() {
        RpcServer present = server;
        return present == null ? CompletableFuture.completedFuture(null) : present.stopListening();
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        RpcServer present = server;
        return present == null ? CompletableFuture.completedFuture(null) : present.closeGracefully(timeout);
    }

    @Override
    public EndpointStats stats() {
        return server().stats();
    }

    // ---- connections

    @Override
    public PendingPublications.Policy slowConsumers() {
        return slowConsumers;
    }

    @Override
    public Session connected(RpcPeer peer) {
        OsUsers known = users;
        Principal principal = known == null
                ? HubCore.principalOf(
                        peer.request().map(HttpRequest::certificates).orElse(List.of()))
                : known.principal(peer.credentials());
        RpcConnection connection = new RpcConnection(this, peer, acquire(peer.namespace()));
        peer.await(connection.open(principal, token(peer)));
        return connection;
    }

    /** Returns the bearer token of the upgrade request, or null. */
    private static @Nullable String token(RpcPeer peer) {
        Optional<String> header =
                peer.request().flatMap(request -> request.headers().first("Authorization"));
        return header.filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip())
                .orElse(null);
    }

    HubCore hub() {
        return hub;
    }

    HubListener listener() {
        return listener;
    }

    private RpcNames acquire(String namespace) {
        return names.compute(namespace, (path, known) -> {
            RpcNames used = known == null ? new RpcNames(hub, listener.names(), path) : known;
            used.users++;
            return used;
        });
    }

    /** Releases the names of a namespace when a connection has closed. */
    void release(String namespace) {
        names.computeIfPresent(namespace, (path, known) -> --known.users == 0 ? null : known);
    }
}
