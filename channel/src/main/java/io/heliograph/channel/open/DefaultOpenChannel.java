package io.heliograph.channel.open;

import static io.heliograph.internal.Check.notNegative;
import static java.util.Objects.requireNonNull;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.channel.ChannelConnection;
import io.heliograph.channel.ChannelSocket;
import io.heliograph.channel.OpenChannel;
import io.heliograph.channel.election.Election;
import io.heliograph.channel.election.HostSocket;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Framing;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A byte channel: its life cycle, and the accepted connections while this process hosts. Thread-safe. */
public final class DefaultOpenChannel implements OpenChannel {

    private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(1);

    final FailureLog failures = new FailureLog(LoggerFactory.getLogger(OpenChannel.class));
    private final OpenOptions options;
    final Consumer<? super ChannelConnection> listener;
    private final Counters counters = new Counters();
    private final Counters.OfLoop received = counters.ofLoop();
    final Set<DefaultChannelConnection> connections = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> closed = new BlockableFuture<>();

    // Guarded by this. No user code runs under the lock.
    private State state = State.INITIATED;
    private @Nullable DefaultChannelSocket socket;
    private @Nullable Activity activity;
    private @Nullable HostSocket hostSocket;
    private boolean closing;
    private boolean stopping;
    private boolean flushing;
    private int elections;

    public DefaultOpenChannel(OpenOptions options, Consumer<? super ChannelConnection> listener) {
        this.options = options;
        this.listener = listener;
    }

    /**
     * A period during which the channel has a socket or hosts, and therefore a transport. An idle channel has no threads.
     */
    final class Activity implements EndpointLifecycle.Role {

        final EventLoop loop;
        private final EndpointLifecycle lifecycle;
        private @Nullable Transport transport;

        Activity() {
            this.lifecycle = new EndpointLifecycle(
                    this, EndpointLifecycle.Restart.NEVER, OpenChannel.class.getName(), options.endpoint(), counters);
            lifecycle.connect();
            this.loop = lifecycle.loop();
        }

        SerialExecutor executor() {
            return lifecycle.executor();
        }

        @Override
        public void begin(Transport transport, EventLoop loop) {
            this.transport = transport;
        }

        @Override
        public void shutdown(Duration timeout) {
            DefaultChannelSocket last = socket();
            if (last == null) {
                stopHosting();
                return;
            }
            last.closed().whenComplete((done, failure) -> stopHosting());
            last.end();
            if (last.queuedBytes() == 0) {
                last.destroy();
            }
        }

        @Override
        public void abort() {
            DefaultChannelSocket last = socket();
            if (last != null) {
                last.destroy();
            }
            connections.forEach(DefaultChannelConnection::destroy);
        }

        @Override
        public void ended() {}
    }

    FailureLog failures() {
        return failures;
    }

    OpenOptions options() {
        return options;
    }

    Counters counters() {
        return counters;
    }

    /** Counters of received bytes. Only for the event loop of the current activity. */
    Counters.OfLoop received() {
        return received;
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
    public boolean isConnected() {
        return state() == State.CONNECTED;
    }

    @Override
    public synchronized boolean isHosting() {
        return hostSocket != null;
    }

    private synchronized @Nullable DefaultChannelSocket socket() {
        return socket;
    }

    // ---- connecting

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
        DefaultChannelSocket created;
        synchronized (this) {
            if (closing) {
                throw closedException();
            }
            if (socket != null) {
                return socket;
            }
            if (activity == null) {
                activity = new Activity();
            }
            state = State.CONNECTING;
            created = new DefaultChannelSocket(this, activity, timeout);
            socket = created;
        }
        prepare.accept(created);
        created.start();
        return created;
    }

    private ClosedException closedException() {
        return new ClosedException("the channel " + name() + " is closed", new CloseReason.Local(), true);
    }

    /** Creates the election of a socket. Event loop only. */
    Election election(Activity on, DefaultChannelSocket forSocket) {
        LinkOptions links = LinkOptions.of(Framing.none()).withQueue(options.maxQueuedBytes(), Overflow.REFUSE);
        return new Election(
                new Election.Settings(
                        requireNonNull(on.transport),
                        on.loop,
                        links,
                        links,
                        options.directory(),
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
                        return new MemberAcceptor(DefaultOpenChannel.this, on, token);
                    }

                    @Override
                    public void elected(HostSocket elected) {
                        startHosting(elected, on);
                    }

                    @Override
                    public void rejected(TransportException cause) {
                        counters.drop(DropReason.USER_REFUSED, 1);
                        failures.expected(
                                "user rejected", "Connection rejected: " + cause.getMessage() + " channel=" + name());
                    }
                });
    }

    // ---- events of the socket

    /** Sets the state, if the socket is the current one. */
    synchronized void moved(DefaultChannelSocket from, State to) {
        if (socket == from) {
            state = to;
        }
    }

    /** The socket has closed. */
    void ended(DefaultChannelSocket from) {
        detach(from);
        releaseIfIdle();
    }

    /** Detaches a socket that is being closed. */
    synchronized void detach(DefaultChannelSocket from) {
        if (socket == from) {
            socket = null;
            state = State.CLOSED;
        }
    }

    /** Changes the number of running elections, which need the transport. */
    void electing(int change) {
        synchronized (this) {
            elections += change;
        }
        if (change < 0) {
            releaseIfIdle();
        }
    }

    // ---- hosting

    private void startHosting(HostSocket elected, Activity on) {
        boolean keep;
        synchronized (this) {
            keep = !closing && socket != null;
            hostSocket = elected;
        }
        if (keep) {
            elected.watch(on.loop, () -> stopHosting(elected, on));
        } else {
            stopHosting(elected, on);
        }
    }

    /**
     * Stops hosting, so that all members, including that of this process, look for another host. Queued writes are flushed, for no
     * longer than {@link #FLUSH_TIMEOUT}.
     */
    private void stopHosting(HostSocket which, Activity on) {
        synchronized (this) {
            if (hostSocket != which || stopping) {
                return;
            }
            stopping = true;
        }
        which.close()
                .thenRun(() -> on.loop.executeOrRun(() -> {
                    synchronized (this) {
                        flushing = true;
                    }
                    connections.forEach(DefaultChannelConnection::end);
                    on.loop.schedule(FLUSH_TIMEOUT, () -> connections.forEach(DefaultChannelConnection::destroy));
                    endHosting();
                }));
    }

    /** Ends hosting when the socket and the last connection have closed. */
    void endHosting() {
        synchronized (this) {
            if (!flushing || !connections.isEmpty()) {
                return;
            }
            flushing = false;
            stopping = false;
            hostSocket = null;
        }
        releaseIfIdle();
    }

    private void stopHosting() {
        HostSocket present;
        Activity on;
        synchronized (this) {
            present = hostSocket;
            on = activity;
        }
        if (present == null || on == null) {
            releaseIfIdle();
        } else {
            stopHosting(present, on);
        }
    }

    /** Releases the transport if the channel has no socket, does not host, and no election is running. */
    private void releaseIfIdle() {
        Activity idle;
        synchronized (this) {
            if (socket != null || hostSocket != null || elections > 0) {
                return;
            }
            idle = activity;
            activity = null;
        }
        if (idle == null) {
            completeIfClosing();
        } else {
            idle.lifecycle.finish(new CloseReason.Local());
            idle.lifecycle.closed().thenRun(this::completeIfClosing);
        }
    }

    private void completeIfClosing() {
        synchronized (this) {
            if (!closing || activity != null || hostSocket != null || elections > 0) {
                return;
            }
        }
        closed.complete(null);
    }

    // ---- close

    @Override
    public void close() {
        closeGracefully(options.endpoint().linger());
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        Activity present;
        synchronized (this) {
            closing = true;
            present = activity;
            if (socket == null && hostSocket == null) {
                state = State.CLOSED;
            }
        }
        if (present == null) {
            completeIfClosing();
        } else {
            present.lifecycle.close(timeout);
        }
        return closed();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    @Override
    public EndpointStats stats() {
        DefaultChannelSocket present = socket();
        long queued = present == null ? 0 : present.queuedBytes();
        for (DefaultChannelConnection connection : connections) {
            queued += connection.queuedBytes();
        }
        return counters.read(queued);
    }

    @Override
    public String toString() {
        return "OpenChannel[" + name() + ", " + state() + "]";
    }
}
