package io.heliograph.socket;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import io.heliograph.endpoint.Listeners;
import io.heliograph.internal.Failures;
import io.heliograph.socket.spi.SocketBackend;
import io.heliograph.tls.ServerTls;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Implementation of {@link SocketServer}. */
final class DefaultSocketServer extends SocketEndpoint implements SocketServer {

    private static final Logger log = LoggerFactory.getLogger(SocketServer.class);

    private final Address.Tcp address;
    private final int maxConnections;
    private final Listeners<Consumer<? super Integer>> onListening;
    private final Listeners<Consumer<? super Socket>> onConnection;
    private final Listeners<BiConsumer<? super Socket, ? super CloseReason>> onDisconnection;

    // Written by the event loop only.
    private final Set<AcceptedSocket> sockets = ConcurrentHashMap.newKeySet();

    private volatile int port;

    // Event loop only.
    private boolean binding;
    private boolean closing;
    private boolean ending;
    private boolean listening;
    private boolean rejecting;
    private @Nullable Acceptor acceptor;

    DefaultSocketServer(
            SocketOptions options,
            int maxConnections,
            long maxUnfinishedBytes,
            long maxPendingBytes,
            @Nullable ServerTls tls,
            @Nullable SocketBackend backend) {
        super(options, maxUnfinishedBytes, maxPendingBytes, tls, backend, log);
        this.address = new Address.Tcp(options.host(), options.port());
        this.port = options.port();
        this.maxConnections = maxConnections;
        this.onListening = listeners("onListening");
        this.onConnection = listeners("onConnection");
        this.onDisconnection = listeners("onDisconnection");
    }

    // ---- listening

    @Override
    public CompletableFuture<Void> listen() {
        return life.listen();
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        if (closing) {
            return;
        }
        binding = true;
        transport.listen(address, loop, links, new Accepting()).whenComplete((bound, failure) -> {
            if (loop.inLoop()) {
                bound(bound, failure); // before the first connection
            } else {
                loop.executeOrRun(() -> bound(bound, failure));
            }
        });
    }

    private void bound(@Nullable Acceptor bound, @Nullable Throwable failure) {
        binding = false;
        if (bound == null) {
            if (!closing && failure != null) {
                life.failStart(listenFailure(Failures.unwrap(failure)));
            }
            finishIfEnded();
            return;
        }
        acceptor = bound;
        port = ((Address.Tcp) bound.address()).port();
        if (closing) {
            var unused = closeAcceptor(bound);
        } else {
            emitListening();
        }
    }

    private static TransportException listenFailure(Throwable cause) {
        return new TransportException(
                cause instanceof TransportException system ? system.code() : "",
                "Failed to start server listening: " + cause.getMessage(),
                cause);
    }

    /** Emits the listening event once; a client may be accepted before the bind future completes. */
    private void emitListening() {
        if (listening) {
            return;
        }
        listening = true;
        int bound = port;
        executor.execute(() -> {
            if (!life.isClosing()) {
                onListening.emit((listener, p, unused) -> listener.accept(p), bound, null);
                life.started();
            }
        });
    }

    @Override
    public int port() {
        return port;
    }

    /** Accepts or rejects connections. Event loop only. */
    private final class Accepting implements Transport.AcceptHandler {

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            if (closing) {
                return null;
            }
            if (sockets.size() >= maxConnections) {
                reject(link);
                return null;
            }
            rejecting = false;
            AcceptedSocket socket = new AcceptedSocket(DefaultSocketServer.this, link);
            sockets.add(socket);
            socket.connection().open();
            executor.execute(() -> {
                socket.announce();
                onConnection.emit((listener, s, unused) -> listener.accept(s), socket, null);
            });
            return socket.connection();
        }

        /** Reports the first of consecutive rejections. */
        private void reject(Link link) {
            counters.drop(DropReason.TOO_MANY_CONNECTIONS, 1);
            if (!rejecting) {
                rejecting = true;
                errors.report(new TransportException(
                        "",
                        "rejected a connection of " + link.peer() + ": " + maxConnections
                                + " connections are open (expected: at most maxConnections); further rejections are counted"
                                + " only",
                        null));
            }
        }

        @Override
        public void failed(HeliographException cause) {
            errors.report(cause);
        }
    }

    /** Handles the end of a connection. Event loop only. */
    void connectionEnded(AcceptedSocket socket, CloseReason reason) {
        sockets.remove(socket);
        executor.execute(() -> onDisconnection.emit((listener, s, r) -> listener.accept(s, r), socket, reason));
        finishIfEnded();
    }

    @Override
    public Collection<Socket> connections() {
        return sockets.stream()
                .filter(socket -> socket.isAnnounced() && socket.isConnected())
                .<Socket>map(socket -> socket)
                .toList();
    }

    @Override
    public long queuedBytes() {
        return sockets.stream().mapToLong(AcceptedSocket::queuedBytes).sum();
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
    public Subscription onDisconnection(BiConsumer<? super Socket, ? super CloseReason> listener) {
        return onDisconnection.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return errors.on(listener);
    }

    // ---- closing

    @Override
    public CompletableFuture<Void> drain(Duration timeout) {
        stopAccepting();
        return backend == null ? super.drain(timeout) : backend.drain().thenCompose(answered -> super.drain(timeout));
    }

    @Override
    public void shutdown(Duration timeout) {
        stopAccepting();
        sockets.forEach(socket -> socket.connection().end());
        ending = true;
        finishIfEnded();
    }

    @Override
    public CompletableFuture<Void> stopListening() {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        life.executeOrRun(() -> {
            Acceptor open = acceptor;
            if (open == null) {
                stopped.complete(null);
            } else {
                closeAcceptor(open).whenComplete((done, failure) -> stopped.complete(null));
            }
        });
        return stopped;
    }

    private void stopAccepting() {
        boolean first = !closing;
        closing = true;
        Acceptor open = acceptor;
        if (first && open != null) {
            var unused = closeAcceptor(open);
        }
    }

    @Override
    public void abort() {
        sockets.forEach(socket -> socket.connection().abort());
    }

    private CompletableFuture<Void> closeAcceptor(Acceptor open) {
        return open.close()
                .whenComplete((done, failed) -> life.executeOrRun(() -> {
                    acceptor = null;
                    finishIfEnded();
                }));
    }

    private void finishIfEnded() {
        if (ending && !binding && acceptor == null && sockets.isEmpty()) {
            life.finish(new CloseReason.Local());
        }
    }

    @Override
    public String toString() {
        return "SocketServer[" + address.host() + ":" + port + "]";
    }
}
