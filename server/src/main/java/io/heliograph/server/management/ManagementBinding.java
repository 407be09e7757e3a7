package io.heliograph.server.management;

import io.heliograph.EndpointStats;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import io.heliograph.tls.ServerTls;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Listener for operators: a web server of its own, which no client of the hub reaches. */
public final class ManagementBinding implements Binding {

    /** Limit of the body of a request. */
    private static final int MAX_BODY = 64 * 1024;

    private static final int MAX_CONNECTIONS = 100;

    private final HubCore hub;
    private final HubListener listener;
    private final ManagementOptions options;
    private final Sampler sampler;
    private @Nullable WebServer web;

    public ManagementBinding(HubCore hub, HubListener listener, ManagementOptions options) {
        this.hub = hub;
        this.listener = listener;
        this.options = options;
        this.sampler = new Sampler(hub.statistics()::snapshot);
    }

    @Override
    public CompletableFuture<Void> listen() {
        WebServer.Builder builder = WebServer.builder()
                .host(listener.host())
                .port(listener.port())
                .transport(hub.transport())
                .daemon(true)
                .maxBodyBytes(MAX_BODY)
                .maxConnections(MAX_CONNECTIONS)
                .allowedHosts(options.hosts().toArray(String[]::new));
        if (listener.isSecure()) {
            builder.tls((peer, isServer) -> tls().engine(peer, isServer));
        }
        WebServer server = builder.build();
        web = server;
        server.onError(hub::report);
        ManagementApi api = new ManagementApi(hub, options, sampler);
        server.serve("/*", api);
        sampler.start(hub::report);
        return server.listen();
    }

    private ServerTls tls() {
        return Objects.requireNonNull(hub.options().tls());
    }

    @Override
    public String url() {
        return web == null
                ? listener.configuredUrl()
                : listener.urlWithPort(web.port()).replaceFirst("/$", "");
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        sampler.close();
        return web == null ? CompletableFuture.completedFuture(null) : web.closeGracefully(timeout);
    }

    @Override
    public EndpointStats stats() {
        return Objects.requireNonNull(web, "the listener has not been started").stats();
    }
}
