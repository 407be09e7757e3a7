package io.heliograph.socket;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.codec.Codec;
import io.heliograph.connection.Counters;
import io.heliograph.connection.ErrorEvents;
import io.heliograph.connection.Lane;
import io.heliograph.connection.LateLoop;
import io.heliograph.connection.StreamValve;
import io.heliograph.frame.Raw;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.TcpOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a server and a client have in common: types, limits, the lane of their events, the transport, and the way from the start
 * to the end.
 *
 * <p>All connections of an endpoint are on one event loop, where their state lives. All its events run on one lane.
 */
final class SocketCore {

    /** How many bytes of received messages may wait for listeners. */
    private static final long PENDING_BYTES = 4 << 20;

    private enum Phase {
        /** Not started, or started in vain; it holds nothing. */
        IDLE,
        STARTED,
        CLOSING
    }

    /** What is particular to a server or a client. Called on the loop. */
    interface Role {

        void begin(Transport transport, EventLoop loop);

        /** Ends everything within {@code timeout}, and then calls {@link #finish}; may come again, with another timeout. */
        void shutdown(Duration timeout);

        /** The last event; on the lane. */
        default void finished() {}
    }

    final Logger log;
    final LinkOptions links;
    final Encoder encoder;
    final Views views;
    final Lane lane;
    final Counters counters = new Counters();
    final ErrorEvents errors;
    final StreamValve valve;
    final Duration linger;
    final Duration idleTimeout;
    final int maxQueuedBytes;
    final int maxPendingMessages;

    private final DataType receiveType;
    private final boolean framed;
    private final int maxMessageBytes;
    private final @Nullable Transport testTransport;
    private final @Nullable EventLoop testLoop;

    @SuppressWarnings("NullAway.Init") // by serve()
    private Role role;

    private final LateLoop laneLoop = new LateLoop();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);
    private final AtomicBoolean finished = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private volatile CompletableFuture<Void> started = new CompletableFuture<>();
    private volatile Transports.@Nullable Lease lease;
    private volatile @Nullable EventLoop loop;

    /**
     * @param tls of the links, or null for none
     */
    SocketCore(SocketOptions<?> options, @Nullable Tls tls, Logger log) {
        Codec json =
                options.receiveType == DataType.JSON || options.sendType.type() == DataType.JSON
                        ? Codec.named("json")
                        : null;
        this.log = log;
        this.testTransport = options.transport;
        this.testLoop = options.loop;
        this.receiveType = options.receiveType;
        this.framed = !options.rawBytes;
        this.maxMessageBytes = options.maxMessageBytes;
        this.maxQueuedBytes = options.maxQueuedBytes;
        this.maxPendingMessages = options.maxPendingMessages;
        this.linger = options.linger;
        this.idleTimeout = options.idleTimeout;
        this.encoder = new Encoder(options.sendType, framed, maxMessageBytes, json);
        this.views = new Views(options, json);
        this.lane = new Lane(options.dispatch, laneLoop);
        this.errors = new ErrorEvents(log.getName(), lane, counters);
        this.valve = new StreamValve(lane);
        // Framed here, not by the link: an idle connection is one without bytes, not one without
        // messages, and where a stream ends inside of a message, that is told.
        LinkOptions plain =
                LinkOptions.of(Raw.INSTANCE)
                        .withQueue(maxQueuedBytes, options.overflow)
                        .withTcp(
                                new TcpOptions(
                                        options.noDelay,
                                        options.keepAlive,
                                        options.receiveBufferSize,
                                        options.sendBufferSize));
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
            case STRING -> new RawReceiver.Text();
            case JSON -> new JsonTexts(maxMessageBytes);
            case IMAGE -> new RawReceiver.Bytes();
            default -> new RawReceiver.Numbers(receiveType);
        };
    }

    long maxPendingBytes() {
        return PENDING_BYTES;
    }

    // ---- start and end

    /**
     * Starts the role on a loop.
     *
     * @param method how the method is called
     * @return completed by {@link #started}, or failed
     */
    CompletableFuture<Void> start(String method) {
        if (!phase.compareAndSet(Phase.IDLE, Phase.STARTED)) {
            RuntimeException refusal =
                    isClosing()
                            ? new ClosedException(
                                    method + "() after the end (expected: another " + role + ")",
                                    new CloseReason.Local(),
                                    true)
                            : new IllegalStateException(method + "() was called already");
            errors.report(refusal);
            return CompletableFuture.failedFuture(refusal);
        }
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        started = outcome;
        Transport transport;
        EventLoop chosen;
        try {
            transport = testTransport == null ? acquire() : testTransport;
            chosen = testLoop == null ? transport.nextLoop() : testLoop;
        } catch (RuntimeException e) {
            failStart(e);
            return outcome.copy();
        }
        loop = chosen;
        laneLoop.attach(chosen);
        chosen.execute(() -> role.begin(transport, chosen));
        if (isClosing()) {
            // close() came before there was a loop to tell.
            chosen.execute(() -> role.shutdown(linger));
        }
        return outcome.copy();
    }

    private Transport acquire() {
        Transports.Lease taken = Transports.acquire();
        lease = taken;
        return taken.transport();
    }

    /** The start has succeeded; on the lane. */
    void started() {
        started.complete(null);
    }

    /** The start has failed and left nothing behind; another may follow. */
    void failStart(Throwable failure) {
        lane.execute(() -> {
            if (isClosing()) {
                finish(new CloseReason.Local());
                return;
            }
            CompletableFuture<Void> outcome = started;
            release();
            if (phase.compareAndSet(Phase.STARTED, Phase.IDLE)) {
                errors.emit(failure);
                outcome.completeExceptionally(failure);
            } else {
                finish(new CloseReason.Local());
            }
        });
    }

    boolean isClosing() {
        return phase.get() == Phase.CLOSING;
    }

    CompletableFuture<Void> close(Duration timeout) {
        EventLoop present = loop;
        if (phase.getAndSet(Phase.CLOSING) == Phase.IDLE) {
            finish(new CloseReason.Local());
        } else if (present != null) {
            shutdownOn(present, timeout);
        }
        return closed();
    }

    private void shutdownOn(EventLoop present, Duration timeout) {
        try {
            present.execute(() -> {
                if (!finished.get()) {
                    role.shutdown(timeout);
                }
                if (!closed.isDone()) {
                    present.schedule(timeout, valve::forceOpen);
                }
            });
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it all there was to end.
            finish(new CloseReason.Local());
        }
    }

    /**
     * Everything has ended: emits the last event, once, and gives the transport back.
     *
     * @param reason why, for those who still wait for the start
     */
    void finish(CloseReason reason) {
        phase.set(Phase.CLOSING);
        if (!finished.compareAndSet(false, true)) {
            return;
        }
        lane.execute(() -> {
            started.completeExceptionally(
                    reason instanceof CloseReason.Failed failed
                            ? failed.cause()
                            : new ClosedException("closed before it was ready", reason, true));
            role.finished();
            release().whenComplete((done, failed) -> closed.complete(null));
        });
    }

    private CompletableFuture<Void> release() {
        laneLoop.detach();
        loop = null;
        Transports.Lease taken = lease;
        lease = null;
        return taken == null ? CompletableFuture.completedFuture(null) : taken.release();
    }

    CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /** Runs a task on the loop, or here if there is none and nothing else can be running. */
    void onLoop(Runnable task) {
        EventLoop present = loop;
        if (present != null) {
            try {
                present.execute(task);
                return;
            } catch (RejectedExecutionException e) {
                // as if there were none
            }
        }
        task.run();
    }
}
