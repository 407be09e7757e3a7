package io.heliograph.ipc;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.CloseReason;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.Listeners;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server. Its connections and its life are on one event loop, its events on one executor. */
final class DefaultIpcServer implements IpcServer, EndpointCore.Role {

    private static final Logger log = LoggerFactory.getLogger(IpcServer.class);

    private final Admissions admissions;
    private final ServerConnections clients;
    private final EndpointCore<ConnectedClient> core;
    private final Listeners<Runnable> onListening;
    private final Listeners<Consumer<? super ConnectedClient>> onConnection;
    private final Listeners<BiConsumer<? super ConnectedClient, ? super CloseReason>> onDisconnect;

    // The loop's own.
    private boolean binding;
    private boolean announced;
    private boolean shutting;
    private @Nullable Acceptor acceptor;

    DefaultIpcServer(IpcServer.Builder options) {
        this.core = new EndpointCore<>(options, log, this, ConnectedClient::id);
        this.admissions = new Admissions(options, core.counters);
        this.clients = new ServerConnections(core);
        this.onListening = new Listeners<>(core.errors::emit);
        this.onConnection = new Listeners<>(core.errors::emit);
        this.onDisconnect = new Listeners<>(core.errors::emit);
    }

    @Override
    public Path socketFile() {
        return core.address.path();
    }

    // ---- listening

    @Override
    public CompletableFuture<Void> listen() {
        return core.start("listen", "Can not listen twice.");
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        if (shutting) {
            return;
        }
        binding = true;
        admissions
                .open(transport, loop, core.links, new Accepting())
                .whenComplete((bound, failure) -> core.onLoop(() -> bound(bound, failure)));
    }

    private void bound(@Nullable Acceptor bound, @Nullable Throwable failure) {
        binding = false;
        if (bound == null) {
            Throwable cause = failure;
            while (cause instanceof CompletionException wrapper && wrapper.getCause() != null) {
                cause = wrapper.getCause();
            }
            if (!shutting && cause != null) {
                core.failStart(cause);
            }
            finishIfOver();
            return;
        }
        acceptor = bound;
        if (shutting) {
            closeAcceptor(bound);
            return;
        }
        announce();
    }

    /** Tells that it listens, once; the first client may be faster than the word that it does. */
    private void announce() {
        if (announced) {
            return;
        }
        announced = true;
        core.executor.execute(() -> {
            if (!core.isClosing()) {
                onListening.emit((listener, a, b) -> listener.run(), null, null);
                core.started();
            }
        });
    }

    /** Decides about those who connect. */
    private final class Accepting implements Transport.AcceptHandler {

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            if (shutting) {
                return null;
            }
            announce();
            TransportException refusal = admissions.admit(link);
            if (refusal != null) {
                core.errors.report(refusal);
                return null;
            }
            ServerSideConnection connection = new ServerSideConnection(DefaultIpcServer.this, clients, core, link);
            clients.add(connection);
            core.executor.execute(() -> {
                connection.announce();
                onConnection.emit((listener, c, x) -> listener.accept(c), connection, null);
            });
            return connection;
        }

        @Override
        public void failed(HeliographException cause) {
            core.errors.report(cause);
        }
    }

    /** A connection has ended; on the loop. */
    void ended(ServerSideConnection connection, CloseReason reason) {
        clients.remove(connection);
        core.executor.execute(() -> {
            admissions.release();
            onDisconnect.emit((listener, c, r) -> listener.accept(c, r), connection, reason);
        });
        finishIfOver();
    }

    // ---- sending

    @Override
    public boolean send(@Nullable String topic, @Nullable Object message, String clientId) {
        return clients.send(topic, message, clientId);
    }

    @Override
    public int broadcast(@Nullable String topic, @Nullable Object message) {
        return clients.broadcast(topic, message, true);
    }

    @Override
    public int broadcast(@Nullable String topic) {
        return clients.broadcast(topic, null, false);
    }

    @Override
    public Collection<ConnectedClient> clients() {
        return clients.connected();
    }

    @Override
    public Optional<ConnectedClient> client(String id) {
        return clients.connected(id);
    }

    // ---- listeners

    @Override
    public <T> Subscription on(String topic, Class<T> type, BiConsumer<? super T, ? super ConnectedClient> listener) {
        return on(topic, TypeRef.of(type), listener);
    }

    @Override
    public <T> Subscription on(String topic, TypeRef<T> type, BiConsumer<? super T, ? super ConnectedClient> listener) {
        return on(topic, core.messages.typed(topic, type, listener));
    }

    @Override
    public Subscription on(String topic, BiConsumer<? super Payload, ? super ConnectedClient> listener) {
        return core.messages.on(topic, listener);
    }

    @Override
    public <T> Subscription once(String topic, Class<T> type, BiConsumer<? super T, ? super ConnectedClient> listener) {
        return once(topic, TypeRef.of(type), listener);
    }

    @Override
    public <T> Subscription once(
            String topic, TypeRef<T> type, BiConsumer<? super T, ? super ConnectedClient> listener) {
        return once(topic, core.messages.typed(topic, type, listener));
    }

    @Override
    public Subscription once(String topic, BiConsumer<? super Payload, ? super ConnectedClient> listener) {
        return core.messages.once(topic, listener);
    }

    @Override
    public void off(String topic) {
        core.messages.off(topic);
    }

    @Override
    public Subscription onMessage(BiConsumer<? super IpcMessage, ? super ConnectedClient> listener) {
        return core.messages.onAll(listener);
    }

    @Override
    public Subscription onListening(Runnable listener) {
        return onListening.on(listener);
    }

    @Override
    public Subscription onConnection(Consumer<? super ConnectedClient> listener) {
        return onConnection.on(listener);
    }

    @Override
    public Subscription onDisconnect(BiConsumer<? super ConnectedClient, ? super CloseReason> listener) {
        return onDisconnect.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return core.errors.on(listener);
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return core.onClose.on(listener);
    }

    @Override
    @Deprecated
    public Subscription onClosed(Runnable listener) {
        return core.onClosed.on(listener);
    }

    @Override
    public <T> EventStream<ClientMessage<T>> stream(String topic, Class<T> type) {
        return stream(topic, TypeRef.of(type));
    }

    @Override
    public <T> EventStream<ClientMessage<T>> stream(String topic, TypeRef<T> type) {
        return core.messages.stream(topic, type, (message, client) -> new ClientMessage<>(message, client));
    }

    @Override
    public EventStream<ClientMessage<IpcMessage>> stream() {
        return core.messages.stream((message, client) -> new ClientMessage<>(message, client));
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
        clients.endAll(timeout);
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
        if (shutting && !binding && acceptor == null && clients.isEmpty()) {
            core.finish(new CloseReason.Local());
        }
    }

    @Override
    public EndpointStats stats() {
        return core.counters.read(clients.queuedBytes());
    }

    @Override
    public String toString() {
        return "IpcServer[" + socketFile() + "]";
    }
}
