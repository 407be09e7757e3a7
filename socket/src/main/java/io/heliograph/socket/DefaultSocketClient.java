package io.heliograph.socket;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.Subscription;
import io.heliograph.UnreachableException;
import io.heliograph.endpoint.Connector;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.frame.Frame;
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

/** The client. Its connection and its life are on one event loop, its events on one executor. */
final class DefaultSocketClient extends AbstractSocket implements SocketClient, SocketCore.Role {

    private static final Logger log = LoggerFactory.getLogger(SocketClient.class);

    private final Address.Tcp address;
    private final Duration connectTimeout;
    private final ReconnectPolicy attempts;
    private final RandomGenerator random;
    private final Listeners<Runnable> onOpen;
    private final boolean discards;
    private final int maxUnsent;

    // Guarded by itself: what waits for the connection, and the step to live.
    private final ArrayDeque<Frame> unsent = new ArrayDeque<>();

    // Guarded by unsent.
    private long unsentBytes;
    private boolean over;
    private boolean discardLogged;

    private volatile @Nullable SocketConnection live;

    // The loop's own.
    private boolean shutting;
    private @Nullable Connector connector;

    DefaultSocketClient(SocketClient.Builder options) {
        this(options, new SocketCore(options, options.tls, log));
    }

    private DefaultSocketClient(SocketClient.Builder options, SocketCore core) {
        super(core, core.errors);
        this.address = new Address.Tcp(options.host, options.port);
        this.connectTimeout = options.connectTimeout;
        this.attempts = options.attempts();
        this.random = options.random;
        this.discards = options.discardMessagesBeforeOpen;
        this.maxUnsent = options.maxUnsentMessages;
        this.onOpen = new Listeners<>(core.errors::emit);
        core.serve(this);
    }

    // ---- connecting

    @Override
    public CompletableFuture<Void> connect() {
        return core.start("connect");
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        if (shutting) {
            return;
        }
        Connector made = new Connector(
                transport,
                loop,
                address,
                core.links.withConnectTimeout(connectTimeout),
                attempts,
                random,
                new Following());
        connector = made;
        made.connect();
    }

    /** Turns the turns of the connector into events. */
    private final class Following implements Connector.Listener {

        private boolean opened;

        @Override
        public LinkHandler connected(Link link, boolean again) {
            opened = true;
            SocketConnection connection = new SocketConnection(core, link, events, reason -> endUnsent());
            sendUnsent(connection);
            core.executor.execute(() -> {
                if (!core.isClosing()) {
                    onOpen.emit((listener, a, b) -> listener.run(), null, null);
                    core.started();
                }
            });
            return connection;
        }

        @Override
        public void attemptFailed(HeliographException cause, Runnable proceed) {
            log.debug("{}: {}", address, cause.getMessage());
            proceed.run();
        }

        @Override
        public void lost(CloseReason reason, Runnable proceed) {
            proceed.run();
        }

        @Override
        public void closed(CloseReason reason) {
            connector = null;
            if (!opened && reason instanceof CloseReason.Failed failed) {
                core.failStart(new UnreachableException(
                        "Failed to connect: " + failed.cause().getMessage(), failed.cause()));
            } else {
                core.finish(reason);
            }
        }
    }

    @Override
    public Subscription onOpen(Runnable listener) {
        return onOpen.on(listener);
    }

    // ---- sending

    @Override
    boolean transmit(Frame frame) {
        if (core.isClosing()) {
            return refuse(SocketConnection.closedException(null));
        }
        SocketConnection connection = live;
        RuntimeException refusal = null;
        if (connection == null) {
            synchronized (unsent) {
                connection = live;
                refusal = connection == null ? keep(frame) : null;
            }
        }
        if (connection != null) {
            return connection.transmit(frame);
        }
        return refusal == null ? !discards : refuse(refusal);
    }

    /** Keeps a frame for the connection, or drops it if that is wanted; under the lock. */
    private @Nullable RuntimeException keep(Frame frame) {
        if (over) {
            return SocketConnection.closedException(null);
        }
        if (discards) {
            core.counters.drop(SocketDrops.BEFORE_OPEN, 1);
            if (!discardLogged) {
                discardLogged = true;
                log.info("{}: items sent before it is open are discarded", this);
            }
            return null;
        }
        if (maxUnsent > 0 && unsent.size() >= maxUnsent) {
            return new QueueFullException(
                    "Maximum number of unsent messages has been exceeded: "
                            + maxUnsent
                            + ". Consider setting discardMessagesBeforeOpen to true.",
                    maxUnsent);
        }
        if (!unsent.isEmpty() && unsentBytes + frame.length() > core.maxQueuedBytes) {
            return new QueueFullException(
                    "the item was not sent, as "
                            + unsentBytes
                            + " bytes wait for the connection (expected: at most "
                            + core.maxQueuedBytes
                            + ")",
                    core.maxQueuedBytes);
        }
        unsent.add(frame);
        unsentBytes += frame.length();
        return null;
    }

    private boolean refuse(RuntimeException refusal) {
        core.counters.drop(refusal instanceof QueueFullException ? SocketDrops.QUEUE_FULL : SocketDrops.AFTER_CLOSE, 1);
        events.errors().report(refusal);
        return false;
    }

    /** What waited goes first; whoever sends meanwhile waits for that. */
    private void sendUnsent(SocketConnection connection) {
        synchronized (unsent) {
            unsent.forEach(connection::transmit);
            unsent.clear();
            unsentBytes = 0;
            live = connection;
        }
    }

    private void endUnsent() {
        synchronized (unsent) {
            over = true;
            unsent.clear();
            unsentBytes = 0;
        }
    }

    // ---- the peer

    @Override
    public boolean isOpen() {
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

    // ---- the end

    @Override
    public void close() {
        events.mute();
        core.close(core.linger);
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        events.mute();
        return core.close(timeout);
    }

    @Override
    public CompletableFuture<Void> closed() {
        return core.closed();
    }

    @Override
    public void shutdown(Duration timeout) {
        shutting = true;
        SocketConnection connection = live;
        if (connection != null) {
            connection.end(timeout);
        }
        if (connector == null) {
            core.finish(new CloseReason.Local());
        } else {
            connector.close(timeout);
        }
    }

    /** {@inheritDoc} A client that was closed before it was open is told so here. */
    @Override
    public void finished() {
        endUnsent();
        if (live == null) {
            events.emitClose(new CloseReason.Local());
        }
    }

    @Override
    public EndpointStats stats() {
        return core.counters.read(queuedBytes());
    }

    @Override
    public String toString() {
        return "SocketClient[" + address.host() + ":" + address.port() + "]";
    }
}
