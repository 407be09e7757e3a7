package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.Connector;
import io.heliograph.endpoint.Listeners;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Implementation of {@link IpcClient}. */
final class DefaultIpcClient extends IpcEndpoint implements IpcClient {

    private static final Logger log = LoggerFactory.getLogger(IpcClient.class);
    private static final String SEND_AFTER_CLOSE = "Can not 'send()' after 'close()'.";

    private final IpcOptions.Client options;
    private final Listeners<Consumer<? super IpcConnection>> onConnect;
    private final Listeners<Consumer<? super IpcConnection>> onReconnect;
    private final Listeners<Consumer<? super CloseReason>> onDisconnect;
    private final Listeners<Consumer<? super Throwable>> onConnectError;

    // Set on the serial executor when the connect event begins, so that no message precedes it.
    private volatile @Nullable Connection live;

    // Event loop only.
    private boolean closing;
    private @Nullable Connector connector;

    DefaultIpcClient(IpcOptions.Client options) {
        super(options.shared(), Long.MAX_VALUE, null, log);
        this.options = options;
        this.onConnect = listeners("onConnect");
        this.onReconnect = listeners("onReconnect");
        this.onDisconnect = listeners("onDisconnect");
        this.onConnectError = listeners("onConnectError");
    }

    // ---- connecting

    @Override
    public CompletableFuture<Void> connect() {
        return life.connect();
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        if (closing) {
            return;
        }
        LinkOptions toServer = links.withConnectTimeout(options.connectTimeout());
        Connector created = new Connector(
                loop,
                handler -> connect(transport, loop, toServer, handler),
                options.reconnect(),
                options.random(),
                new ConnectorListener());
        connector = created;
        created.connect();
    }

    /** Connects. On a transport with socket files, the file and the user of the server are checked first. */
    private Transport.Attempt connect(
            Transport transport, EventLoop loop, LinkOptions toServer, Transport.ConnectHandler handler) {
        return transport.hasSocketFiles()
                ? options.server()
                        .connect(
                                address.path(),
                                loop,
                                handler,
                                checked -> transport.connect(address, loop, toServer, checked))
                : transport.connect(address, loop, toServer, handler);
    }

    /** Emits the events of the connector; after {@link #close()} only the close event. */
    private final class ConnectorListener implements Connector.Listener {

        private @Nullable Connection connection;

        @Override
        public LinkHandler connected(Link link, boolean again) {
            Connection created = new Connection(DefaultIpcClient.this, link);
            connection = created;
            executor.execute(() -> {
                created.announce();
                live = created;
                emit(onConnect, created);
                if (again) {
                    emit(onReconnect, created);
                }
                if (!life.isClosing()) {
                    life.started();
                }
            });
            return created;
        }

        @Override
        public void attemptFailed(HeliographException cause, Runnable proceed) {
            executor.execute(() -> {
                if (onConnectError.isEmpty()) {
                    errors.failures().expected("connect", "Connection attempt failed: " + cause.getMessage());
                }
                emit(onConnectError, cause);
                proceed.run();
            });
        }

        @Override
        public void lost(CloseReason given, Runnable proceed) {
            CloseReason reported = connection == null ? null : connection.reason();
            CloseReason reason = reported == null ? given : reported;
            executor.execute(() -> {
                live = null;
                emit(onDisconnect, reason);
                proceed.run();
            });
        }

        @Override
        public void closed(CloseReason reason) {
            if (reason instanceof CloseReason.Failed failed) {
                errors.report(failed.cause());
            }
            life.finish(reason);
        }
    }

    /** Emits an event unless the client is closing. Serial executor only. */
    private <E> void emit(Listeners<Consumer<? super E>> listeners, E event) {
        if (!life.isClosing()) {
            listeners.emit((listener, e, unused) -> listener.accept(e), event, null);
        }
    }

    /** {@inheritDoc} The connector reports the end. */
    @Override
    void connectionEnded(Connection connection, CloseReason reason) {}

    @Override
    public boolean isConnected() {
        Connection connection = live;
        return connection != null && connection.isConnected();
    }

    // ---- sending

    @Override
    public boolean send(@Nullable String topic, @Nullable Object message) {
        return send(live, topic, message, true);
    }

    @Override
    public boolean send(@Nullable String topic) {
        return send(live, topic, null, false);
    }

    @Override
    HeliographException notConnected(
            @Nullable Connection connection, @Nullable String topic, @Nullable Object message) {
        return new NoServerException(topic, message);
    }

    @Override
    DropReason notConnectedReason() {
        return DropReason.NOT_CONNECTED;
    }

    @Override
    SendAfterCloseException sentAfterClose(@Nullable String topic, @Nullable Object message) {
        return new SendAfterCloseException(SEND_AFTER_CLOSE, topic, message);
    }

    @Override
    @Nullable
    String clientId(Connection connection) {
        return null;
    }

    @Override
    String describe(Connection connection) {
        return "the server";
    }

    @Override
    long queuedBytes() {
        Connection connection = live;
        return connection == null ? 0 : connection.queuedBytes();
    }

    // ---- listeners

    @Override
    public <T> ClientTopic<T> topic(String name, TypeRef<T> type) {
        return new Topic<>(messages.topic(name, type));
    }

    @Override
    public ClientTopic<Payload> topic(String name) {
        return new Topic<>(messages.topic(name));
    }

    private record Topic<T>(MessageEvents.Topic<T> topic) implements ClientTopic<T> {

        @Override
        public String name() {
            return topic.name();
        }

        @Override
        public Subscription on(Consumer<? super T> listener) {
            return topic.on((message, connection) -> listener.accept(message));
        }

        @Override
        public Subscription once(Consumer<? super T> listener) {
            return topic.once((message, connection) -> listener.accept(message));
        }

        @Override
        public void off() {
            topic.off();
        }

        @Override
        public EventStream<T> stream() {
            return topic.stream((message, connection) -> message);
        }
    }

    @Override
    public Subscription onMessage(Consumer<? super IpcMessage> listener) {
        return messages.on((message, connection) -> listener.accept(message));
    }

    @Override
    public EventStream<IpcMessage> stream() {
        return messages.stream((message, connection) -> message);
    }

    @Override
    public Subscription onConnect(Consumer<? super IpcConnection> listener) {
        return onConnect.on(listener);
    }

    @Override
    public Subscription onReconnect(Consumer<? super IpcConnection> listener) {
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

    // ---- closing

    @Override
    public void shutdown(Duration timeout) {
        closing = true;
        if (connector == null) {
            life.finish(new CloseReason.Local());
        } else {
            connector.close(timeout);
        }
    }

    @Override
    public String toString() {
        return "IpcClient[" + socketFile() + "]";
    }
}
