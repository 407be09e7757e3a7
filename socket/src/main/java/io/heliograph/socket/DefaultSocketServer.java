package io.heliograph.socket;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import io.heliograph.endpoint.Listeners;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server. Its connections and its life are on one event loop, its events on one executor. */
final class DefaultSocketServer implements SocketServer, SocketCore.Role {

    private static final Logger log = LoggerFactory.getLogger(SocketServer.class);

    private final Address.Tcp address;
    private final int maxConnections;
    private final SocketCore core;
    private final Listeners<Consumer<? super Integer>> onListening;
    private final Listeners<Consumer<? super Socket>> onConnection;

    // Changed by the loop only.
    private final Set<AcceptedSocket> sockets = ConcurrentHashMap.newKeySet();

    private volatile int port;

    // The loop's own.
    private boolean binding;
    private boolean shutting;
    private boolean announced;
    private boolean refusing;
    private @Nullable Acceptor acceptor;

    DefaultSocketServer(SocketServer.Builder options) {
        this.address = new Address.Tcp(options.host, options.port);
        this.port = options.port;
        this.maxConnections = options.maxConnections;
        this.core = new SocketCore(options, options.tls, log);
        core.serve(this);
        this.onListening = new Listeners<>(core.errors::emit);
        this.onConnection = new Listeners<>(core.errors::emit);
    }

    // ---- listening

    @Override
    public CompletableFuture<Void> listen() {
        return core.start("listen");
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        if (shutting) {
            return;
        }
        binding = true;
        transport.listen(address, loop, core.links, new Accepting()).whenComplete((bound, failure) -> {
            if (loop.inLoop()) {
                bound(bound, failure); // before the first connection
            } else {
                core.onLoop(() -> bound(bound, failure));
            }
        });
    }

    private void bound(@Nullable Acceptor bound, @Nullable Throwable failure) {
        binding = false;
        if (bound == null) {
            if (!shutting) {
                core.failStart(explained(failure));
            }
            finishIfOver();
            return;
        }
        acceptor = bound;
        port = ((Address.Tcp) bound.address()).port();
        if (shutting) {
            closeAcceptor(bound);
        } else {
            announce(port);
        }
    }

    private static Throwable explained(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapper && wrapper.getCause() != null
                ? wrapper.getCause()
                : failure;
        String text = "Failed to start server listening: " + (cause == null ? "" : cause.getMessage());
        return new TransportException(cause instanceof TransportException system ? system.code() : "", text, cause);
    }

    /** Tells that it listens, once; the first connection may be faster than the word that it does. */
    private void announce(int real) {
        if (announced) {
            return;
        }
        announced = true;
        core.executor.execute(() -> {
            if (!core.isClosing()) {
                onListening.emit((listener, p, unused) -> listener.accept(p), real, null);
                core.started();
            }
        });
    }

    @Override
    public int port() {
        return port;
    }

    /** Takes those who connect. */
    private final class Accepting implements Transport.AcceptHandler {

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            if (shutting) {
                return null;
            }
            if (sockets.size() >= maxConnections) {
                refuse(link);
                return null;
            }
            refusing = false;
            AcceptedSocket socket = new AcceptedSocket(core, link, DefaultSocketServer.this::ended);
            sockets.add(socket);
            core.executor.execute(() -> {
                socket.announce();
                onConnection.emit((listener, s, unused) -> listener.accept(s), socket, null);
            });
            return socket.connection();
        }

        private void refuse(Link link) {
            core.counters.drop(SocketDrops.TOO_MANY_CONNECTIONS, 1);
            if (!refusing) {
                refusing = true;
                core.errors.report(new TransportException(
                        "",
                        link.peer()
                                + " was refused, as others are from now on: "
                                + maxConnections
                                + " connections are open",
                        null));
            }
        }

        @Override
        public void failed(HeliographException cause) {
            core.errors.report(cause);
        }
    }

    private void ended(AcceptedSocket socket, CloseReason reason) {
        sockets.remove(socket);
        finishIfOver();
    }

    @Override
    public Collection<Socket> sockets() {
        Collection<Socket> open = new ArrayList<>();
        for (AcceptedSocket socket : sockets) {
            if (socket.isAnnounced() && socket.isOpen()) {
                open.add(socket);
            }
        }
        return open;
    }

    // ---- listeners

    @Override
    public Subscription onListening(Consumer<? super Integer> listener) {
        return onListening.on(listener);
    }

    @Override
    public Subscription onConnection(Consumer<? super Socket> listener) {
        return onConnection.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return core.errors.on(listener);
    }

    // ---- the end

    @Override
    public void close() {
        core.close(core.linger);
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return core.close(notNegative("timeout", timeout));
    }

    @Override
    public CompletableFuture<Void> closed() {
        return core.closed();
    }

    @Override
    public void shutdown(Duration timeout) {
        boolean first = !shutting;
        shutting = true;
        sockets.forEach(socket -> socket.end(timeout));
        Acceptor listening = acceptor;
        if (first && listening != null) {
            closeAcceptor(listening);
        }
        finishIfOver();
    }

    private void closeAcceptor(Acceptor listening) {
        listening
                .close()
                .whenComplete((done, failed) -> core.onLoop(() -> {
                    acceptor = null;
                    finishIfOver();
                }));
    }

    private void finishIfOver() {
        if (shutting && !binding && acceptor == null && sockets.isEmpty()) {
            core.finish(new CloseReason.Local());
        }
    }

    @Override
    public EndpointStats stats() {
        long queued = 0;
        for (AcceptedSocket socket : sockets) {
            queued += socket.queuedBytes();
        }
        return core.counters.read(queued);
    }

    @Override
    public String toString() {
        return "SocketServer[" + address.host() + ":" + port + "]";
    }
}
