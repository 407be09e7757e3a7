package io.heliograph.realtime.server;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Subscription;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.exchange.Exchange;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpResponse;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The way of a server from its start to its end. Any thread. */
final class ServerLifecycle {

    private enum Phase {
        NEW,
        STARTING,
        RUNNING,
        FAILED,
        CLOSING
    }

    private final DefaultRealtimeServer server;
    private final UpgradeHandler door;
    private final SerialExecutor executor;
    private final WebServer web;
    private final boolean ownWeb;
    private final @Nullable Exchange ownExchange;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
    private final CompletableFuture<Void> started = new BlockableFuture<>();
    private final CompletableFuture<Void> closed = new BlockableFuture<>();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    private volatile @Nullable Subscription attached;
    private volatile List<DefaultRealtimeSocket> ending = List.of();

    ServerLifecycle(DefaultRealtimeServer server, SerialExecutor executor, UpgradeHandler door) {
        this.server = server;
        this.door = door;
        this.executor = executor;
        ServerConfig config = server.config;
        WebServer shared = config.web().server();
        this.ownWeb = shared == null;
        this.web = shared == null ? web(config) : shared;
        this.ownExchange = config.web().exchange() == null ? server.exchange() : null;
    }

    private static WebServer web(ServerConfig config) {
        ServerConfig.Web options = config.web();
        WebServer.Builder web = WebServer.builder()
                .port(options.port())
                .maxConnections(config.limits().maxConnections());
        if (options.host() != null) {
            web.host(options.host());
        }
        if (options.tls() != null) {
            web.tls(options.tls());
        }
        if (options.transport() != null) {
            web.transport(options.transport());
        }
        return web.build().fallback(HttpResponse.of(501, "text/html", Frame.utf8("Not Implemented")));
    }

    boolean isClosing() {
        return phase.get() == Phase.CLOSING;
    }

    boolean isReady() {
        return phase.get() == Phase.RUNNING;
    }

    Address address() {
        return web.address();
    }

    void logOnce(String reason) {
        if (logged.add(reason)) {
            DefaultRealtimeServer.log.warn("{}: {}; more of it is only counted", server, reason);
        }
    }

    private static ClosedException closedException(String message) {
        return new ClosedException(message, new CloseReason.Local(), true);
    }

    // ---- the start

    CompletableFuture<Void> listen() {
        if (!phase.compareAndSet(Phase.NEW, Phase.STARTING)) {
            return CompletableFuture.failedFuture(
                    isClosing()
                            ? closedException("the server is closed")
                            : new IllegalStateException("listen: called twice (expected: once)"));
        }
        try {
            attached = web.attach(server.path(), door::upgrade);
        } catch (RuntimeException e) {
            failed(e);
            return started.copy();
        }
        CompletableFuture<Void> listening = ownWeb ? web.listen() : CompletableFuture.completedFuture(null);
        listening.whenComplete((done, failure) -> {
            if (failure == null) {
                listening();
            } else {
                failed(Middlewares.cause(failure));
            }
        });
        return started.copy();
    }

    private void listening() {
        if (!phase.compareAndSet(Phase.STARTING, Phase.RUNNING)) {
            finish(Duration.ZERO);
            return;
        }
        executor.execute(() -> {
            server.events.deliver(new ServerEvent.Ready(), executor);
            started.complete(null);
        });
    }

    private void failed(Throwable failure) {
        detach();
        if (!phase.compareAndSet(Phase.STARTING, Phase.FAILED)) {
            finish(Duration.ZERO);
            return;
        }
        executor.execute(() -> {
            server.events.deliver(new ServerEvent.Failure(failure), executor);
            started.completeExceptionally(failure);
        });
    }

    // ---- the end

    CompletableFuture<Void> close(Duration timeout) {
        switch (phase.getAndSet(Phase.CLOSING)) {
            case NEW, FAILED -> over();
            case STARTING -> {} // whoever starts will notice
            case RUNNING -> finish(timeout);
            case CLOSING -> cutOff(timeout);
        }
        return closed.copy();
    }

    CompletableFuture<Void> closed() {
        return closed.copy();
    }

    private void detach() {
        Subscription present = attached;
        if (present != null) {
            present.close();
        }
    }

    private void finish(Duration timeout) {
        detach();
        ending = server.registry.all();
        CompletableFuture<?>[] endings = ending.stream()
                .map(socket -> {
                    socket.onLoop(
                            server.config.protocol().terminateOnClose()
                                    ? socket.end::terminate
                                    : () -> socket.end.closeWith(CloseCodes.DISCONNECTED));
                    return socket.end.linkEnded();
                })
                .toArray(CompletableFuture<?>[]::new);
        cutOff(timeout);
        CompletableFuture<?> port = ownWeb ? web.closeGracefully(timeout) : CompletableFuture.completedFuture(null);
        CompletableFuture.allOf(CompletableFuture.allOf(endings), port).whenComplete((done, failure) -> over());
    }

    /** Ends after {@code timeout} what has not ended by itself. */
    private void cutOff(Duration timeout) {
        if (!closed.isDone()) {
            CompletableFuture.delayedExecutor(timeout.toNanos(), TimeUnit.NANOSECONDS)
                    .execute(() -> ending.forEach(socket -> socket.end.cutOff()));
        }
    }

    private void over() {
        executor.execute(() -> {
            started.completeExceptionally(closedException("closed before it was ready"));
            server.events.finish();
            server.closeListeners.emit((listener, a, b) -> listener.run(), server, server);
            if (ownExchange != null) {
                ownExchange.close();
            }
            closed.complete(null);
        });
    }
}
