package io.heliograph.ipc;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.CloseReason;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.Connector;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client. Its connection and its life are on one event loop, its events on one executor. */
final class DefaultIpcClient implements IpcClient, EndpointCore.Role {

    static final String SEND_AFTER_CLOSE = "Can not 'send()' after 'close()'.";
    private static final Logger log = LoggerFactory.getLogger(IpcClient.class);

    private final Duration connectTimeout;
    private final ReconnectPolicy reconnect;
    private final RandomGenerator random;
    private final EndpointCore<ServerConnection> core;
    private final Listeners<Consumer<? super ServerConnection>> onConnect;
    private final Listeners<Consumer<? super ServerConnection>> onReconnect;
    private final Listeners<Consumer<? super CloseReason>> onDisconnect;
    private final Listeners<Consumer<? super Throwable>> onConnectError;

    // Set on the executor when the connect event begins, so that nothing is sent before.
    private volatile @Nullable ClientSideConnection live;

    // The loop's own.
    private boolean shutting;
    private @Nullable Connector connector;

    DefaultIpcClient(IpcClient.Builder options) {
        this.connectTimeout = options.connectTimeout;
        this.reconnect = options.reconnect();
        this.random = options.random;
        this.core = new EndpointCore<>(options, log, this, server -> null);
        this.onConnect = new Listeners<>(core.errors::emit);
        this.onReconnect = new Listeners<>(core.errors::emit);
        this.onDisconnect = new Listeners<>(core.errors::emit);
        this.onConnectError = new Listeners<>(core.errors::emit);
    }

    @Override
    public Path socketFile() {
        return core.address.path();
    }

    // ---- connecting

    @Override
    public CompletableFuture<Void> connect() {
        return core.start("connect", "ipc.Client.connect() already called.");
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        if (shutting) {
            return;
        }
        LinkOptions links = core.links.withConnectTimeout(connectTimeout);
        Connector made = new Connector(transport, loop, core.address, links, reconnect, random, new Following());
        connector = made;
        made.connect();
    }

    /** Turns the turns of the connector into events. After close() there are none but those of closing. */
    private final class Following implements Connector.Listener {

        private @Nullable ClientSideConnection connection;

        @Override
        public LinkHandler connected(Link link, boolean again) {
            ClientSideConnection made = new ClientSideConnection(core, link);
            connection = made;
            core.executor.execute(() -> {
                live = made;
                emit(onConnect, made);
                if (again) {
                    emit(onReconnect, made);
                }
                if (!core.isClosing()) {
                    core.started();
                }
            });
            return made;
        }

        @Override
        public void attemptFailed(HeliographException cause, Runnable proceed) {
            core.executor.execute(() -> {
                emit(onConnectError, cause);
                proceed.run();
            });
        }

        @Override
        public void lost(CloseReason given, Runnable proceed) {
            CloseReason told = connection == null ? null : connection.reason();
            CloseReason reason = told == null ? given : told;
            core.executor.execute(() -> {
                live = null;
                emit(onDisconnect, reason);
                proceed.run();
            });
        }

        @Override
        public void closed(CloseReason reason) {
            if (reason instanceof CloseReason.Failed failed) {
                core.errors.report(failed.cause());
            }
            core.finish(reason);
        }
    }

    /** Emits an event that does not come after close(); on the executor. */
    private <E> void emit(Listeners<Consumer<? super E>> listeners, E event) {
        if (!core.isClosing()) {
            listeners.emit((listener, e, unused) -> listener.accept(e), event, null);
        }
    }

    @Override
    public boolean isConnected() {
        ClientSideConnection connection = live;
        return connection != null && connection.isOpen();
    }

    // ---- sending

    @Override
    public boolean send(@Nullable String topic, @Nullable Object message) {
        return send(topic, message, true);
    }

    @Override
    public boolean send(@Nullable String topic) {
        return send(topic, null, false);
    }

    private boolean send(@Nullable String topic, @Nullable Object message, boolean present) {
        if (core.isClosing()) {
            core.refuse(DropReason.AFTER_CLOSE, new SendAfterCloseException(SEND_AFTER_CLOSE, topic, message));
            return false;
        }
        ClientSideConnection connection = live;
        if (connection == null || !connection.isOpen()) {
            core.refuse(DropReason.NO_SERVER, new NoServerException(topic, message));
            return false;
        }
        return core.send(connection, topic, message, present);
    }

    // ---- listeners

    @Override
    public <T> Subscription on(String topic, Class<T> type, Consumer<? super T> listener) {
        return on(topic, TypeRef.of(type), listener);
    }

    @Override
    public <T> Subscription on(String topic, TypeRef<T> type, Consumer<? super T> listener) {
        return core.messages.on(topic, core.messages.typed(topic, type, (message, server) -> listener.accept(message)));
    }

    @Override
    public Subscription on(String topic, Consumer<? super Payload> listener) {
        return core.messages.on(topic, (payload, server) -> listener.accept(payload));
    }

    @Override
    public <T> Subscription once(String topic, Class<T> type, Consumer<? super T> listener) {
        return once(topic, TypeRef.of(type), listener);
    }

    @Override
    public <T> Subscription once(String topic, TypeRef<T> type, Consumer<? super T> listener) {
        return core.messages.once(
                topic, core.messages.typed(topic, type, (message, server) -> listener.accept(message)));
    }

    @Override
    public Subscription once(String topic, Consumer<? super Payload> listener) {
        return core.messages.once(topic, (payload, server) -> listener.accept(payload));
    }

    @Override
    public void off(String topic) {
        core.messages.off(topic);
    }

    @Override
    public Subscription onMessage(Consumer<? super IpcMessage> listener) {
        return core.messages.onAll((message, server) -> listener.accept(message));
    }

    @Override
    public Subscription onConnect(Consumer<? super ServerConnection> listener) {
        return onConnect.on(listener);
    }

    @Override
    public Subscription onReconnect(Consumer<? super ServerConnection> listener) {
        return onReconnect.on(listener);
    }

    @Override
    public Subscription onDisconnect(Consumer<? super CloseReason> listener) {
        return onDisconnect.on(listener);
    }

    @Override
    public Subscription onConnectError(Consumer<? super Throwable> listener) {
        return onConnectError.on(listener);
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
    public <T> EventStream<T> stream(String topic, Class<T> type) {
        return stream(topic, TypeRef.of(type));
    }

    @Override
    public <T> EventStream<T> stream(String topic, TypeRef<T> type) {
        return core.messages.stream(topic, type, (message, server) -> message);
    }

    @Override
    public EventStream<IpcMessage> stream() {
        return core.messages.stream((message, server) -> message);
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
        shutting = true;
        if (connector == null) {
            core.finish(new CloseReason.Local());
        } else {
            connector.close(timeout);
        }
    }

    @Override
    public EndpointStats stats() {
        ClientSideConnection connection = live;
        return core.counters.read(connection == null ? 0 : connection.queuedBytes());
    }

    @Override
    public String toString() {
        return "IpcClient[" + socketFile() + "]";
    }
}
