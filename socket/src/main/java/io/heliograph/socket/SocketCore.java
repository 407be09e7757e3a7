package io.heliograph.socket;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.codec.Codec;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBackpressure;
import io.heliograph.frame.Framing;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.TcpOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a server and a client have in common: types, limits, the executor of their events, the transport, and the way from the start
 * to the end.
 *
 * <p>All connections of an endpoint are on one event loop, where their state lives. All its events run on one executor.
 */
final class SocketCore implements EndpointLifecycle.Role {

    /** How many bytes of received messages may wait for listeners. */
    private static final long PENDING_BYTES = 4 << 20;

    /** What is particular to a server or a client. Called on the loop. */
    interface Role {

        void begin(Transport transport, EventLoop loop);

        /** As {@link EndpointLifecycle.Role#shutdown}. */
        void shutdown(Duration timeout);

        /** The last event; on the executor. */
        default void finished() {}
    }

    final Logger log;
    final LinkOptions links;
    final Encoder encoder;
    final Decoder views;
    final SerialExecutor executor;
    final Counters counters = new Counters();
    final Counters.OfLoop loopCounters = counters.ofLoop();
    final ErrorNotifier errors;
    final StreamBackpressure pausable;
    final Duration linger;
    final Duration idleTimeout;
    final int maxQueuedBytes;
    final int maxPendingMessages;

    private final DataType receiveType;
    private final boolean framed;
    private final int maxMessageBytes;
    private final EndpointLifecycle life;

    @SuppressWarnings("NullAway.Init") // by serve()
    private Role role;

    /**
     * @param tls of the links, or null for none
     */
    SocketCore(SocketOptions<?> options, @Nullable Tls tls, Logger log) {
        Codec json = options.receiveType == DataType.JSON || options.sendType.type() == DataType.JSON
                ? Codec.named("json")
                : null;
        this.log = log;
        this.receiveType = options.receiveType;
        this.framed = !options.rawBytes;
        this.maxMessageBytes = options.maxMessageBytes;
        this.maxQueuedBytes = options.maxQueuedBytes;
        this.maxPendingMessages = options.maxPendingMessages;
        this.linger = options.linger;
        this.idleTimeout = options.idleTimeout;
        this.encoder = new Encoder(options.sendType, framed, maxMessageBytes, json);
        this.views = new Decoder(options, json);
        this.life = new EndpointLifecycle(
                this,
                EndpointLifecycle.Restart.AFTER_FAILURE,
                log.getName(),
                new io.heliograph.transport.EndpointOptions(
                        options.dispatch,
                        options.linger,
                        options.maxMessageBytes,
                        options.maxQueuedBytes,
                        options.maxPendingMessages,
                        options.transport,
                        options.loop),
                counters);
        this.executor = life.executor();
        this.errors = life.errors();
        this.pausable = life.backpressure();
        // Framed here, not by the link: an idle connection is one without bytes, not one without
        // messages, and where a stream ends inside of a message, that is told.
        LinkOptions plain = LinkOptions.of(Framing.none())
                .withQueue(maxQueuedBytes, options.overflow)
                .withTcp(new TcpOptions(
                        options.noDelay, options.keepAlive, options.receiveBufferSize, options.sendBufferSize));
        this.links = tls == null ? plain : plain.withTls(tls);
    }

    /** Whose core it is, to be told once and first. */
    void serve(Role role) {
        this.role = role;
    }

    /** What cuts one connection's input into messages. */
    Receiver receiver() {
        if (framed) {
            return new FramedReceiver(receiveType, maxMessageBytes);
        }
        return switch (receiveType) {
            case STRING -> new RawReceiver.Strings();
            case JSON -> new RawJsonReceiver(maxMessageBytes);
            case IMAGE -> new RawReceiver.Bytes();
            default -> new RawReceiver.Numbers(receiveType);
        };
    }

    long maxPendingBytes() {
        return PENDING_BYTES;
    }

    // ---- start and end

    /**
     * Starts the role on a loop; again, where that failed.
     *
     * @param method how the method is called
     */
    CompletableFuture<Void> start(String method) {
        return life.start(() -> life.isClosing()
                ? new ClosedException(
                        method + "() after the end (expected: another " + role + ")", new CloseReason.Local(), true)
                : new IllegalStateException(method + "() was called already"));
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        role.begin(transport, loop);
    }

    @Override
    public void shutdown(Duration timeout) {
        role.shutdown(timeout);
    }

    @Override
    public void ended() {
        role.finished();
    }

    /** The start has succeeded; on the executor. */
    void started() {
        life.started();
    }

    /** The start has failed and left nothing behind; another may follow. */
    void failStart(Throwable failure) {
        life.failStart(failure);
    }

    boolean isClosing() {
        return life.isClosing();
    }

    CompletableFuture<Void> close(Duration timeout) {
        return life.close(timeout);
    }

    /** As {@link EndpointLifecycle#finish}. */
    void finish(CloseReason reason) {
        life.finish(reason);
    }

    CompletableFuture<Void> closed() {
        return life.closed();
    }

    /** As {@link EndpointLifecycle#onLoop}. */
    void onLoop(Runnable task) {
        life.executeOrRun(task);
    }
}
