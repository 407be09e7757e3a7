package io.heliograph.socket;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.Subscription;
import io.heliograph.UnreachableException;
import io.heliograph.endpoint.Connector;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.frame.Frame;
import io.heliograph.tls.ClientTls;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Implementation of {@link SocketClient}. */
final class DefaultSocketClient extends SocketEndpoint implements SocketClient, EventSocket {

    private static final Logger log = LoggerFactory.getLogger(SocketClient.class);

    /**
     * Options of a client.
     *
     * @param maxUnsent limit of the items before the connection is open; 0 for none
     * @param discards whether items before the connection is open are discarded
     */
    record Options(
            SocketOptions shared,
            Duration connectTimeout,
            ReconnectPolicy attempts,
            int maxUnsent,
            boolean discards,
            @Nullable ClientTls tls) {}

    private final Options clientOptions;
    private final Address.Tcp address;
    private final SocketEvents events;
    private final Listeners<Runnable> onConnect;

    // Items before the connection is open. Guarded by itself, like the fields below and the assignment of live.
    private final ArrayDeque<Frame> unsent = new ArrayDeque<>();
    private long unsentBytes;
    private boolean unsentClosed;
    private boolean discardLogged;

    private volatile @Nullable SocketConnection live;

    // Event loop only.
    private boolean closing;
    private @Nullable Connector connector;

    DefaultSocketClient(Options options) {
        super(options.shared(), 0, Long.MAX_VALUE, options.tls(), null, log);
        this.clientOptions = options;
        this.address = new Address.Tcp(options.shared().host(), options.shared().port());
        this.events = new SocketEvents(this, errors);
        this.onConnect = listeners("onConnect");
    }

    @Override
    public SocketEvents events() {
        return events;
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
        Connector created = new Connector(
                transport,
                loop,
                address,
                links.withConnectTimeout(clientOptions.connectTimeout()),
                clientOptions.attempts(),
                RandomGenerator.getDefault(),
                new ConnectorListener());
        connector = created;
        created.connect();
    }

    /** Emits the events of the connector. */
    private final class ConnectorListener implements Connector.Listener {

        private boolean connected;
        private int failedAttempts;

        @Override
        public LinkHandler connected(Link link, boolean again) {
            connected = true;
            SocketConnection connection =
                    new SocketConnection(DefaultSocketClient.this, link, events, reason -> closeUnsent());
            sendUnsent(connection);
            executor.execute(() -> {
                if (!life.isClosing()) {
                    onConnect.emit((listener, a, b) -> listener.run(), null, null);
                    life.started();
                }
            });
            return connection;
        }

        @Override
        public void attemptFailed(HeliographException cause, Runnable proceed) {
            failedAttempts++;
            int maxAttempts = clientOptions.attempts().maxAttempts();
            if (maxAttempts == 0 || failedAttempts < maxAttempts) {
                // The failure of the last attempt is reported.
                errors.failures().expected("connect", "Connection attempt failed: " + cause.getMessage());
            }
            proceed.run();
        }

        @Override
        public void lost(CloseReason reason, Runnable proceed) {
            proceed.run();
        }

        @Override
        public void closed(CloseReason reason) {
            connector = null;
            if (!connected && reason instanceof CloseReason.Failed failed) {
                life.failStart(new UnreachableException(
                        "Failed to connect: " + failed.cause().getMessage(), failed.cause()));
            } else {
                life.finish(reason);
            }
        }
    }

    @Override
    public Subscription onConnect(Runnable listener) {
        return onConnect.on(listener);
    }

    // ---- sending

    @Override
    public boolean transmit(Frame frame) {
        if (isClosed()) {
            return reject(SocketConnection.closedException(null));
        }
        SocketConnection connection = live;
        RuntimeException rejection = null;
        if (connection == null) {
            synchronized (unsent) {
                connection = live;
                rejection = connection == null ? enqueueUnsent(frame) : null;
            }
        }
        if (connection != null) {
            return connection.transmit(frame);
        }
        return rejection == null ? !clientOptions.discards() : reject(rejection);
    }

    /**
     * Enqueues or discards a frame before the connection is open. Guarded by {@code unsent}.
     *
     * @return the reason of a rejection
     */
    private @Nullable RuntimeException enqueueUnsent(Frame frame) {
        if (unsentClosed) {
            return SocketConnection.closedException(null);
        }
        if (clientOptions.discards()) {
            counters.drop(DropReason.BEFORE_OPEN, 1);
            if (!discardLogged) {
                discardLogged = true;
                log.info("Items discarded: not connected client={}", this);
            }
            return null;
        }
        int maxItems = clientOptions.maxUnsent();
        if (maxItems > 0 && unsent.size() >= maxItems) {
            return new QueueFullException(
                    "Maximum number of unsent messages has been exceeded: "
                            + maxItems
                            + ". Consider setting discardMessagesBeforeOpen to true.",
                    maxItems);
        }
        int maxBytes = options.maxQueuedBytes();
        if (!unsent.isEmpty() && unsentBytes + frame.length() > maxBytes) {
            return new QueueFullException(
                    "item rejected: " + unsentBytes + " bytes are queued for the connection (expected: at most "
                            + maxBytes + ")",
                    maxBytes);
        }
        unsent.add(frame);
        unsentBytes += frame.length();
        return null;
    }

    private boolean reject(RuntimeException rejection) {
        counters.drop(rejection instanceof QueueFullException ? DropReason.QUEUE_FULL : DropReason.AFTER_CLOSE, 1);
        errors.report(rejection);
        return false;
    }

    /** Sends the unsent items first; concurrent senders wait. */
    private void sendUnsent(SocketConnection connection) {
        synchronized (unsent) {
            unsent.forEach(connection::transmit);
            unsent.clear();
            unsentBytes = 0;
            live = connection;
        }
    }

    private void closeUnsent() {
        synchronized (unsent) {
            unsentClosed = true;
            unsent.clear();
            unsentBytes = 0;
        }
    }

    // ---- state

    @Override
    public boolean isConnected() {
        SocketConnection connection = live;
        return connection != null && connection.isOpen();
    }

    @Override
    public long queuedBytes() {
        SocketConnection connection = live;
        if (connection != null) {
            return connection.queuedBytes();
        }
        synchronized (unsent) {
            return unsentBytes;
        }
    }

    @Override
    public String remoteHost() {
        return address.host();
    }

    @Override
    public int remotePort() {
        return address.port();
    }

    // ---- closing

    @Override
    public void close() {
        events.mute();
        super.close();
    }

    @Override
    public void shutdown(Duration timeout) {
        events.mute();
        closing = true;
        SocketConnection connection = live;
        if (connection != null) {
            connection.end();
        }
        if (connector == null) {
            life.finish(new CloseReason.Local());
        } else {
            connector.close(timeout);
        }
    }

    @Override
    public void abort() {
        SocketConnection connection = live;
        if (connection != null) {
            connection.abort();
        }
    }

    @Override
    public void ended() {
        closeUnsent();
        events.end();
        super.ended();
    }

    @Override
    public String toString() {
        return "SocketClient[" + address.host() + ":" + address.port() + "]";
    }
}
