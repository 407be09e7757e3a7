package io.heliograph.server.hub;

import io.heliograph.http.AllowedHosts;
import io.heliograph.tls.ServerTls;
import io.heliograph.transport.Transport;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Web servers of a hub: one for each host and port. Event loop only. */
final class WebServers {

    private record Key(String host, int port, boolean secure) {}

    private final Supplier<HubOptions> current;
    private final HubOptions options;
    private final @Nullable Health health;
    private final Map<Key, WebServer> servers = new LinkedHashMap<>();

    /**
     * @param current options of the hub, whose certificate may change
     * @param health answers the paths of health and readiness; null for none
     */
    WebServers(Supplier<HubOptions> current, @Nullable Health health) {
        this.current = current;
        this.options = current.get();
        this.health = health;
    }

    /** Returns the web server of a URL, without a start. */
    WebServer get(String url, Transport transport) {
        ListenerUrls.Parts parts = ListenerUrls.parse(url);
        Key key = new Key(parts.host(), parts.port(), parts.isSecure());
        return servers.computeIfAbsent(key, missing -> build(parts, transport));
    }

    private WebServer build(ListenerUrls.Parts parts, Transport transport) {
        WebServer.Builder builder = WebServer.builder();
        options.web().accept(builder);
        builder.host(parts.host())
                .port(parts.port())
                .transport(transport)
                .daemon(true)
                .reusePort(options.reusePort())
                .allowedHosts(AllowedHosts.changing(() -> current.get().hosts()));
        if (parts.isSecure()) {
            if (options.tls() == null) {
                throw new IllegalStateException("no certificate for wss (expected: the option tls)");
            }
            builder.tls((peer, isServer) -> tls().engine(peer, isServer));
        }
        WebServer server = builder.build();
        options.pages().forEach(server::serve);
        if (health != null) {
            health.serveOn(server, options.pages().keySet());
        }
        return server;
    }

    private ServerTls tls() {
        return Objects.requireNonNull(current.get().tls());
    }

    Collection<WebServer> all() {
        return servers.values();
    }

    CompletableFuture<Void> listen() {
        return CompletableFuture.allOf(
                servers.values().stream().map(WebServer::listen).toArray(CompletableFuture[]::new));
    }

    /** Stops listening. Open connections are served. */
    CompletableFuture<Void> stopListening() {
        return CompletableFuture.allOf(
                servers.values().stream().map(WebServer::stopListening).toArray(CompletableFuture[]::new));
    }

    /** Refuses requests for a WebSocket, with a time of up to {@code window} after which the client may try again. */
    void refuseUpgrades(Duration window) {
        servers.values().forEach(server -> server.refuseUpgrades(window));
    }

    CompletableFuture<Void> closeGracefully(Duration timeout) {
        return CompletableFuture.allOf(servers.values().stream()
                .map(server -> server.closeGracefully(timeout))
                .toArray(CompletableFuture[]::new));
    }
}
