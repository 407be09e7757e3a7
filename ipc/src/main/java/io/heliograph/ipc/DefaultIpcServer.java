package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.Refusals;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Failures;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.UnfinishedMessages;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Implementation of {@link IpcServer}. */
final class DefaultIpcServer extends IpcEndpoint implements IpcServer {

    private static final Logger log = LoggerFactory.getLogger(IpcServer.class);
    private static final String SEND_AFTER_CLOSE = "Can not '.send()' after '.close()'";
    private static final String BROADCAST_AFTER_CLOSE = "Can not '.broadcast()' after '.close()'";

    private final Admissions admissions;
    private final LinkOptions accepted;
    private final Listeners<Runnable> onListening;
    private final Listeners<Consumer<? super Connection>> onConnection;
    private final Listeners<BiConsumer<? super Connection, ? super CloseReason>> onDisconnection;

    // Accepted connections by id; written by the event loop only.
    private final Map<String, Connection> connections = new ConcurrentHashMap<>();

    // Event loop only.
    private boolean binding;
    private boolean listening;
    private boolean closing;
    private boolean ending;
    private @Nullable Acceptor acceptor;

    /** @param backend receiver of messages in place of message listeners; null for none */
    DefaultIpcServer(IpcOptions.Server options, @Nullable IpcBackend backend) {
        super(options.shared(), options.maxPendingBytes(), backend, log);
        this.accepted = links.withUnfinished(new UnfinishedMessages(
                options.maxUnfinishedBytes(),
                options.shared().endpoint().maxMessageBytes(),
                new Refusals(errors.failures(), counters)::unfinished));
        this.admissions = new Admissions(options, counters);
        this.onListening = listeners("onListening");
        this.onConnection = listeners("onConnection");
        this.onDisconnection = listeners("onDisconnection");
    }

    // ---- listening

    @Override
    public CompletableFuture<Void> listen() {
        return start("listen", "Can not listen twice.");
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        if (closing) {
            return;
        }
        binding = true;
        admissions
                .listen(transport, loop, accepted, new Accepting())
                .whenComplete((bound, failure) -> life.executeOrRun(() -> bound(bound, failure)));
    }

    private void bound(@Nullable Acceptor bound, @Nullable Throwable failure) {
        binding = false;
        if (bound == null) {
            if (!closing && failure != null) {
                life.failStart(Failures.unwrap(failure));
            }
            finishIfEnded();
            return;
        }
        acceptor = bound;
        if (closing) {
            var unused = closeAcceptor(bound);
        } else {
            emitListening();
        }
    }

    /** Emits the listening event once; a client may be accepted before the bind future completes. */
    private void emitListening() {
        if (listening) {
            return;
        }
        listening = true;
        executor.execute(() -> {
            if (!life.isClosing()) {
                onListening.emit((listener, a, b) -> listener.run(), null, null);
                life.started();
            }
        });
    }

    /** Accepts or rejects connections. Event loop only. */
    private final class Accepting implements Transport.AcceptHandler {

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            if (closing) {
                return null;
            }
            emitListening();
            TransportException rejection = admissions.admit(link);
            if (rejection != null) {
                errors.report(rejection);
                return null;
            }
            Connection connection = new Connection(DefaultIpcServer.this, link);
            connections.put(connection.id(), connection);
            connection.open();
            executor.execute(() -> {
                connection.announce();
                onConnection.emit((listener, c, unused) -> listener.accept(c), connection, null);
            });
            return connection;
        }

        @Override
        public void failed(HeliographException cause) {
            errors.report(cause);
        }
    }

    @Override
    void connectionEnded(Connection connection, CloseReason reason) {
        connections.remove(connection.id());
        executor.execute(() -> {
            admissions.release();
            onDisconnection.emit((listener, c, r) -> listener.accept(c, r), connection, reason);
        });
        finishIfEnded();
    }

    // ---- sending

    @Override
    public boolean send(@Nullable String topic, @Nullable Object message, String clientId) {
        Connection connection = find(clientId);
        if (connection == null && !isClosed()) {
            return reject(
                    DropReason.UNKNOWN_RECIPIENT, new BadClientException(String.valueOf(clientId), topic, message));
        }
        return send(connection, topic, message, true);
    }

    @Override
    public int broadcast(@Nullable String topic, @Nullable Object message) {
        return broadcast(topic, message, true);
    }

    @Override
    public int broadcast(@Nullable String topic) {
        return broadcast(topic, null, false);
    }

    private int broadcast(@Nullable String topic, @Nullable Object message, boolean present) {
        if (isClosed()) {
            reject(DropReason.AFTER_CLOSE, new SendAfterCloseException(BROADCAST_AFTER_CLOSE, topic, message));
            return 0;
        }
        Frame frame = null;
        int accepted = 0;
        for (Connection connection : connections.values()) {
            if (!connection.isConnected()) {
                continue;
            }
            if (frame == null) {
                try {
                    frame = encode(topic, message, present);
                } catch (EncodeException e) {
                    reject(DropReason.ENCODE_ERROR, e);
                    return 0;
                }
                if (frame == null) {
                    return connections().size();
                }
            }
            if (transmit(connection, frame, topic, message, false)) {
                accepted++;
            }
        }
        return accepted;
    }

    @Override
    HeliographException notConnected(
            @Nullable Connection connection, @Nullable String topic, @Nullable Object message) {
        return new BadClientException(connection == null ? "" : connection.id(), topic, message);
    }

    @Override
    DropReason notConnectedReason() {
        return DropReason.UNKNOWN_RECIPIENT;
    }

    @Override
    SendAfterCloseException sentAfterClose(@Nullable String topic, @Nullable Object message) {
        return new SendAfterCloseException(SEND_AFTER_CLOSE, topic, message);
    }

    // ---- connections

    @Override
    public Collection<IpcConnection> connections() {
        return connections.values().stream()
                .filter(Connection::isConnected)
                .<IpcConnection>map(connection -> connection)
                .toList();
    }

    @Override
    public Optional<IpcConnection> connection(String id) {
        return Optional.<IpcConnection>ofNullable(find(id)).filter(IpcConnection::isConnected);
    }

    private @Nullable Connection find(@Nullable String id) {
        return id == null ? null : connections.get(id);
    }

    @Override
    String clientId(Connection connection) {
        return connection.id();
    }

    @Override
    String describe(Connection connection) {
        return "client " + connection.id();
    }

    @Override
    long queuedBytes() {
        return connections.values().stream().mapToLong(Connection::queuedBytes).sum();
    }

    // ---- listeners

    @Override
    public <T> ServerTopic<T> topic(String name, TypeRef<T> type) {
        return new Topic<>(messages.topic(name, type));
    }

    @Override
    public ServerTopic<Payload> topic(String name) {
        return new Topic<>(messages.topic(name));
    }

    private record Topic<T>(MessageEvents.Topic<T> topic) implements ServerTopic<T> {

        @Override
        public String name() {
            return topic.name();
        }

        @Override
        public Subscription on(BiConsumer<? super T, ? super IpcConnection> listener) {
            return topic.on(listener);
        }

        @Override
        public Subscription once(BiConsumer<? super T, ? super IpcConnection> listener) {
            return topic.once(listener);
        }

        @Override
        public void off() {
            topic.off();
        }

        @Override
        public EventStream<ClientMessage<T>> stream() {
            return topic.stream((message, client) -> new ClientMessage<>(message, client));
        }
    }

    @Override
    public Subscription onMessage(BiConsumer<? super IpcMessage, ? super IpcConnection> listener) {
        return messages.on(listener);
    }

    @Override
    public EventStream<ClientMessage<IpcMessage>> stream() {
        return messages.stream((message, client) -> new ClientMessage<>(message, client));
    }

    @Override
    public Subscription onListening(Runnable listener) {
        return onListening.on(listener);
    }

    @Override
    public Subscription onConnection(Consumer<? super IpcConnection> listener) {
        return onConnection.on(listener);
    }

    @Override
    public Subscription onDisconnection(BiConsumer<? super IpcConnection, ? super CloseReason> listener) {
        return onDisconnection.on(listener);
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
        connections.values().forEach(Connection::endOutput);
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
        connections.values().forEach(Connection::abort);
    }

    private CompletableFuture<Void> closeAcceptor(Acceptor open) {
        return open.close()
                .whenComplete((done, failed) -> life.executeOrRun(() -> {
                    acceptor = null;
                    finishIfEnded();
                }));
    }

    private void finishIfEnded() {
        if (ending && !binding && acceptor == null && connections.isEmpty()) {
            life.finish(new CloseReason.Local());
        }
    }

    @Override
    public String toString() {
        return "IpcServer[" + socketFile() + "]";
    }
}
