package io.heliograph.channel.open;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.channel.ChannelConnection;
import io.heliograph.channel.ChannelSocket;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.OpenChannel;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.channel.election.Counters;
import io.heliograph.channel.election.Election;
import io.heliograph.channel.election.HostSocket;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Framing;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channel: its life, its part in the transport, and the host when this process is it.
 *
 * <p>It takes part in the transport while it has a socket or hosts, so that a channel at rest has no threads.
 */
public final class DefaultOpenChannel implements OpenChannel {

    private static final Logger log = LoggerFactory.getLogger(OpenChannel.class);

    private final OpenOptions options;
    private final ChannelDirectory directory;
    private final Consumer<? super ChannelConnection> listener;
    private final Counters counters = new Counters();
    private final Set<DefaultChannelConnection> connections = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> closed = new BlockableFuture<>();

    // SameUserAcceptor by this; no foreign code is called under it.
    private State state = State.INITIATED;
    private @Nullable DefaultChannelSocket socket;
    private @Nullable Running running;
    private @Nullable HostSocket hosting;
    private boolean closing;
    private int elections;

    /** The part in a transport. */
    record Running(Transports.Lease lease, EventLoop loop, SerialExecutor executor) {}

    public DefaultOpenChannel(OpenOptions options, Consumer<? super ChannelConnection> listener) {
        this.options = options;
        this.directory = options.directory();
        this.listener = listener;
    }

    OpenOptions options() {
        return options;
    }

    Counters counters() {
        return counters;
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public synchronized State state() {
        return state;
    }

    @Override
    public boolean connected() {
        return state() == State.CONNECTED;
    }

    @Override
    public synchronized boolean hosting() {
        return hosting != null;
    }

    @Override
    public ChannelSocket connect() {
        return connect(Duration.ofSeconds(5));
    }

    @Override
    public ChannelSocket connect(Duration timeout) {
        return connect(timeout, socket -> {});
    }

    @Override
    public ChannelSocket connect(Duration timeout, Consumer<? super ChannelSocket> prepare) {
        notNegative("timeout", timeout);
        DefaultChannelSocket fresh;
        synchronized (this) {
            if (closing) {
                throw new ClosedException("the channel " + name() + " is closed", new CloseReason.Local(), true);
            }
            if (socket != null) {
                return socket;
            }
            Running present = running;
            if (present == null) {
                Transports.Lease lease = Transports.acquire();
                EventLoop loop = lease.transport().nextLoop();
                present = new Running(lease, loop, new SerialExecutor(options.dispatch(), loop));
                running = present;
            }
            state = State.CONNECTING;
            fresh = new DefaultChannelSocket(this, present, timeout);
            socket = fresh;
        }
        prepare.accept(fresh);
        fresh.start();
        return fresh;
    }

    Election election(Running on, DefaultChannelSocket forSocket) {
        LinkOptions links = LinkOptions.of(Framing.none()).withQueue(options.maxQueuedBytes(), Overflow.REFUSE);
        return new Election(
                new Election.Settings(
                        on.lease().transport(),
                        on.loop(),
                        links,
                        links,
                        directory,
                        options.rendezvous(),
                        options.mayHost(),
                        options.pid()),
                new Election.Listener() {
                    @Override
                    public LinkHandler connected(Link link, byte[] token) {
                        return forSocket.connected(link, token);
                    }

                    @Override
                    public Transport.AcceptHandler hosting(byte[] token) {
                        return new MemberAcceptor(on, token);
                    }

                    @Override
                    public void elected(HostSocket won) {
                        startHosting(won, on);
                    }

                    @Override
                    public void rejected(TransportException why) {
                        counters.drop(DropReason.USER_REFUSED);
                        log.warn("{}", why.getMessage());
                    }
                });
    }

    // ---- what the socket tells

    /** The socket is connecting or connected. */
    synchronized void moved(DefaultChannelSocket from, State to) {
        if (socket == from) {
            state = to;
        }
    }

    /** The socket is closed for good. */
    void ended(DefaultChannelSocket from) {
        detach(from);
        rest();
    }

    /** The socket is not this channel's any more. */
    synchronized void detach(DefaultChannelSocket from) {
        if (socket == from) {
            socket = null;
            state = State.CLOSED;
        }
    }

    /** An election has begun, or ended; until then the transport is needed. */
    void electing(int change) {
        synchronized (this) {
            elections += change;
        }
        if (change < 0) {
            rest();
        }
    }

    /** This process has become the host. */
    private void startHosting(HostSocket won, Running on) {
        boolean keep;
        synchronized (this) {
            keep = !closing && socket != null;
            hosting = won;
        }
        if (keep) {
            won.watch(on.loop(), () -> stopHosting(won));
        } else {
            stopHosting(won);
        }
    }

    /** Stops hosting: all members, with that of this process, look for another host. */
    private CompletableFuture<Void> stopHosting(HostSocket which) {
        synchronized (this) {
            if (hosting != which) {
                return CompletableFuture.completedFuture(null);
            }
        }
        return which.close().thenRun(() -> {
            connections.forEach(DefaultChannelConnection::destroy);
            synchronized (this) {
                hosting = null;
            }
            rest();
        });
    }

    /** Gives the transport back if there is nothing to use it for. */
    private void rest() {
        Running idle;
        synchronized (this) {
            if (socket != null || hosting != null || elections > 0) {
                return;
            }
            idle = running;
            running = null;
        }
        if (idle == null) {
            completeIfClosing();
            return;
        }
        // What was given to the executor before comes first.
        idle.executor().execute(() -> idle.lease().release().whenComplete((done, failed) -> completeIfClosing()));
    }

    private void completeIfClosing() {
        synchronized (this) {
            if (!closing || running != null || hosting != null || elections > 0) {
                return;
            }
        }
        closed.complete(null);
    }

    /** Takes the members in. */
    private final class MemberAcceptor implements Transport.AcceptHandler, DefaultChannelConnection.Owner {

        private final Running on;
        private final byte[] token;

        MemberAcceptor(Running on, byte[] token) {
            this.on = on;
            this.token = token;
        }

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            DefaultChannelConnection connection = new DefaultChannelConnection(
                    link,
                    token,
                    on.executor(),
                    options.maxPendingBytes(),
                    counters,
                    failure -> log.error("a listener of {} failed", name(), failure),
                    this);
            connections.add(connection);
            connection.begin();
            return connection;
        }

        @Override
        public void admitted(DefaultChannelConnection connection) {
            counters.open.increment();
            counters.opened.increment();
            on.executor().execute(() -> {
                try {
                    listener.accept(connection);
                } catch (Throwable failure) {
                    log.error("the connection listener of {} failed", name(), failure);
                }
            });
        }

        @Override
        public void refusedToken() {
            counters.drop(DropReason.TOKEN_REFUSED);
            log.warn("refused a connection to {} that did not show the token", name());
        }

        @Override
        public void closed(DefaultChannelConnection connection) {
            connections.remove(connection);
            if (connection.isAdmitted()) {
                counters.open.decrement();
            }
        }

        @Override
        public void failed(HeliographException cause) {
            log.warn("{} could not accept a connection: {}", name(), cause.toString());
        }
    }

    // ---- the end

    @Override
    public void close() {
        closeGracefully(Duration.ofSeconds(5));
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        DefaultChannelSocket last;
        Running on;
        synchronized (this) {
            closing = true;
            last = socket;
            on = running;
            if (last == null && hosting == null) {
                state = State.CLOSED;
            }
        }
        if (last != null && on != null && last.end(timeout)) {
            last.closed().whenComplete((done, failed) -> stopHostingAtLast());
        } else {
            stopHostingAtLast();
        }
        return closed();
    }

    private void stopHostingAtLast() {
        HostSocket last;
        synchronized (this) {
            last = hosting;
        }
        if (last != null) {
            stopHosting(last);
        } else {
            rest();
        }
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    @Override
    public EndpointStats stats() {
        DefaultChannelSocket present;
        synchronized (this) {
            present = socket;
        }
        long queued = present == null ? 0 : present.queuedBytes();
        return counters.read(queued
                + connections.stream()
                        .mapToLong(DefaultChannelConnection::queuedBytes)
                        .sum());
    }

    @Override
    public String toString() {
        return "OpenChannel[" + name() + ", " + state() + "]";
    }
}
