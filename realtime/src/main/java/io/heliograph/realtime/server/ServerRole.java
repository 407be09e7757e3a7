package io.heliograph.realtime.server;

import io.heliograph.CloseReason;
import io.heliograph.Subscription;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpResponse;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Start and close of a server: its place on a web server, and the end of its connections. Event loop only. */
final class ServerRole implements EndpointLifecycle.Role {

    private final DefaultRealtimeServer server;
    private final UpgradeHandler upgrades;
    private final WebServer web;
    private final boolean ownWeb;

    private @Nullable Subscription attachment;
    private List<DefaultRealtimeSocket> closing = List.of();
    private boolean shutDown;
    private boolean graceful;
    private volatile boolean ready;

    ServerRole(DefaultRealtimeServer server) {
        this.server = server;
        this.upgrades = new UpgradeHandler(server, server.config.web().origins());
        WebServer shared = server.config.web().server();
        this.ownWeb = shared == null;
        this.web = shared == null ? newWebServer(server.config) : shared;
    }

    private static WebServer newWebServer(ServerConfig config) {
        ServerConfig.Web options = config.web();
        WebServer.Builder web = WebServer.builder()
                .host(options.host())
                .port(options.port())
                .maxConnections(config.limits().maxConnections())
                .allowedHosts(options.allowedHosts().toArray(String[]::new))
                .daemon(true); // the realtime server keeps the JVM alive
        if (options.tls() != null) {
            web.tls(options.tls());
        }
        Transport transport = config.endpoint().transport();
        if (transport != null) {
            web.transport(transport);
        }
        return web.build().fallback(HttpResponse.of(501, "text/html", Frame.utf8("Not Implemented")));
    }

    WebServer web() {
        return web;
    }

    /** Returns true while clients can connect. Thread-safe. */
    boolean isReady() {
        return ready && !server.isClosing();
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        try {
            attachment = web.attach(server.path(), upgrades::upgrade);
        } catch (RuntimeException e) {
            server.lifecycle.failStart(e);
            return;
        }
        CompletableFuture<Void> listening = ownWeb ? web.listen() : CompletableFuture.completedFuture(null);
        listening.whenComplete((done, failure) -> loop.executeOrRun(() -> listening(failure)));
    }

    private void listening(@Nullable Throwable failure) {
        if (failure != null) {
            detach();
            server.lifecycle.failStart(Failures.unwrap(failure));
        } else if (!shutDown) {
            ready = true;
            server.executor().execute(() -> {
                server.events.deliver(new ServerEvent.Ready(), server.executor(), null);
                server.lifecycle.started();
            });
        }
    }

    private void detach() {
        ready = false;
        if (attachment != null) {
            attachment.close();
        }
    }

    @Override
    public CompletableFuture<Void> drain(Duration timeout) {
        graceful = true;
        return CompletableFuture.allOf(
                server.registry.all().stream().map(DefaultRealtimeSocket::drain).toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public void shutdown(Duration timeout) {
        if (shutDown) {
            closeWeb(timeout);
            return;
        }
        shutDown = true;
        detach();
        closing = server.registry.all();
        CompletableFuture<?>[] closed = closing.stream().map(this::close).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(CompletableFuture.allOf(closed), closeWeb(timeout))
                .whenComplete((done, failure) -> server.lifecycle.finish(new CloseReason.Local()));
    }

    private CompletableFuture<Void> closeWeb(Duration timeout) {
        return ownWeb ? web.closeGracefully(timeout) : CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> close(DefaultRealtimeSocket socket) {
        socket.onLoop(
                server.config.protocol().terminateOnClose() && !graceful
                        ? socket.closer::terminate
                        : () -> socket.closer.closeWith(CloseCodes.DISCONNECTED));
        return socket.closer.linkClosed();
    }

    @Override
    public void abort() {
        closing.forEach(socket -> socket.closer.abort());
    }

    @Override
    public void ended() {
        server.events.finish();
        server.closeOwnExchange();
        server.closeListeners.emit((listener, a, b) -> listener.run(), server, server);
    }
}
