package io.heliograph.ipc;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.codec.Codec;
import io.heliograph.connection.Counters;
import io.heliograph.connection.ErrorEvents;
import io.heliograph.connection.Lane;
import io.heliograph.connection.LateLoop;
import io.heliograph.connection.StreamValve;
import io.heliograph.event.Listeners;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a server and a client have in common: the events and the lane they run on, encoding, the transport, and the way from
 * the start to the end.
 *
 * <p>All connections of an endpoint are on one event loop, where their state lives. All its events run on one lane, so they
 * never run concurrently.
 *
 * @param <P> how listeners see the peer that a message came from
 */
final class EndpointCore<P> {

    private enum Phase {
        NEW,

        /** A transport is being made. */
        STARTING,
        RUNNING,

        /** It was started, in vain; it holds nothing. */
        FAILED,
        CLOSING
    }

    /** What is particular to a server or a client. Called on the loop. */
    interface Role {

        void begin(Transport transport, EventLoop loop);

        /** Ends everything within {@code timeout}, and then calls {@link #finish}; may come again, with another timeout. */
        void shutdown(Duration timeout);
    }

    final Logger log;
    final Address.Unix address;
    final LinkOptions links;
    final Wire wire;
    final Lane lane;
    final Counters counters = new Counters();
    final ErrorEvents errors;
    final MessageEvents<P> messages;
    final Listeners<Runnable> onClosed;
    final Listeners<Runnable> onClose;
    final int maxQueuedBytes;
    final Duration linger;
    final int maxPendingMessages;
    final long maxPendingBytes;

    private final Role role;
    private final @Nullable Transport testTransport;
    private final @Nullable EventLoop testLoop;
    private final LateLoop laneLoop = new LateLoop();
    private final StreamValve valve;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
    private final AtomicBoolean finished = new AtomicBoolean();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    // Written before the phase becomes RUNNING.
    private volatile Transports.@Nullable Lease lease;
    private volatile @Nullable EventLoop loop;

    /**
     * @param clientId names a peer in errors; null on a client
     */
    EndpointCore(
            EndpointOptions<?> options,
            Logger log,
            Role role,
            Function<P, @Nullable String> clientId) {
        Codec json = Codec.named("json");
        this.testTransport = options.transport;
        this.testLoop = options.loop;
        this.log = log;
        this.role = role;
        this.wire =
                options.transcoder == null
                        ? new JsonWire(json, options.maxMessageBytes, options.maxDepth)
                        : new TranscoderWire(options.transcoder, json, options.maxMessageBytes);
        this.address = new Address.Unix(options.socketFile);
        this.links =
                LinkOptions.of(wire.framing())
                        .withMaxFrameBytes(options.maxMessageBytes)
                        .withQueue(options.maxQueuedBytes, options.overflow);
        this.lane = new Lane(options.dispatch, laneLoop);
        this.errors = new ErrorEvents(log.getName(), lane, counters);
        this.valve = new StreamValve(lane);
        this.messages =
                new MessageEvents<>(errors::emit, valve, options.maxPendingMessages, clientId);
        this.onClosed = new Listeners<>(errors::emit);
        this.onClose = new Listeners<>(errors::emit);
        this.maxQueuedBytes = options.maxQueuedBytes;
        this.linger = options.linger;
        this.maxPendingMessages = options.maxPendingMessages;
        this.maxPendingBytes = 2L * options.maxMessageBytes;
    }

    // ---- start and end

    /**
     * Starts the role on a loop, once.
     *
     * @param method how the method is called
     * @param twice what is said the second time
     * @return completed by {@link #started}, or failed
     */
    CompletableFuture<Void> start(String method, String twice) {
        if (!phase.compareAndSet(Phase.NEW, Phase.STARTING)) {
            RuntimeException refusal =
                    isClosing()
                            ? new ClosedException(
                                    "Can not '" + method + "()' after 'close()'.",
                                    new CloseReason.Local(),
                                    true)
                            : new IllegalStateException(twice);
            errors.report(refusal);
            return CompletableFuture.failedFuture(refusal);
        }
        Transport transport;
        EventLoop chosen;
        try {
            transport = testTransport == null ? acquire() : testTransport;
            chosen = testLoop == null ? transport.nextLoop() : testLoop;
        } catch (RuntimeException e) {
            failStart(e);
            return started.copy();
        }
        loop = chosen;
        laneLoop.attach(chosen);
        if (phase.compareAndSet(Phase.STARTING, Phase.RUNNING)) {
            chosen.execute(() -> role.begin(transport, chosen));
        } else {
            finish(new CloseReason.Local());
        }
        return started.copy();
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

    /** The start has failed and left nothing behind. */
    void failStart(Throwable failure) {
        boolean closing =
                !phase.compareAndSet(Phase.RUNNING, Phase.FAILED)
                        && !phase.compareAndSet(Phase.STARTING, Phase.FAILED);
        if (closing) {
            finish(new CloseReason.Local());
            return;
        }
        lane.execute(() -> {
            errors.emit(failure);
            started.completeExceptionally(failure);
            release();
        });
    }

    boolean isClosing() {
        return phase.get() == Phase.CLOSING;
    }

    CompletableFuture<Void> close(Duration timeout) {
        switch (phase.getAndSet(Phase.CLOSING)) {
            case NEW, FAILED -> finish(new CloseReason.Local());
            case STARTING -> {} // start() will notice
            case RUNNING, CLOSING -> shutdownOnLoop(timeout);
        }
        return closed();
    }

    private void shutdownOnLoop(Duration timeout) {
        EventLoop present = loop;
        if (present == null) {
            return;
        }
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
     * Everything has ended: emits the last events, once, and gives the transport back.
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
            messages.end();
            onClosed.emit((listener, a, b) -> listener.run(), null, null);
            onClose.emit((listener, a, b) -> listener.run(), null, null);
            release().whenComplete((done, failed) -> closed.complete(null));
        });
    }

    private CompletableFuture<Void> release() {
        laneLoop.detach();
        Transports.Lease taken = lease;
        return taken == null ? CompletableFuture.completedFuture(null) : taken.release();
    }

    CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /** Runs a task on the loop, or here if the loop has ended and nothing else can be running. */
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

    // ---- sending

    /**
     * Encodes a message.
     *
     * @return null if nothing is to be sent
     * @throws EncodeException if that cannot be
     */
    @Nullable Frame encode(@Nullable String topic, @Nullable Object message, boolean present) {
        try {
            return wire.encode(Wire.topicOrNone(topic), message, present);
        } catch (Throwable e) {
            throw new EncodeException(Wire.reason(e), e, topic, message);
        }
    }

    /** Encodes a message and sends it to one connection; reports what fails. */
    boolean send(
            Connection<P> to, @Nullable String topic, @Nullable Object message, boolean present) {
        Frame frame;
        try {
            frame = encode(topic, message, present);
        } catch (EncodeException e) {
            refuse(DropReason.ENCODE_ERROR, e);
            return false;
        }
        return frame == null || transmit(to, frame, topic, message, true);
    }

    /**
     * Gives a frame to a connection; reports it if it refuses.
     *
     * @param reportGone whether it is to be reported if the reason is that the peer is gone
     */
    boolean transmit(
            Connection<P> to,
            Frame frame,
            @Nullable String topic,
            @Nullable Object message,
            boolean reportGone) {
        if (to.transmit(frame)) {
            counters.sent(frame.length());
            return true;
        }
        // Why it was refused is known on the loop, once the link has told of its end.
        if (errors.admit("a message with topic '" + topic + "' was refused")) {
            onLoop(() -> explain(to, topic, message, reportGone));
        } else {
            counters.drop(DropReason.QUEUE_FULL, 1);
        }
        return false;
    }

    private void explain(
            Connection<P> to,
            @Nullable String topic,
            @Nullable Object message,
            boolean reportGone) {
        boolean full = to.hasOverflowed() || (to.isOpen() && !isClosing());
        if (full) {
            counters.drop(DropReason.QUEUE_FULL, 1);
            errors.emitAdmitted(
                    new SendQueueFullException(maxQueuedBytes, to.clientId(), topic, message));
        } else if (!reportGone) {
            errors.withdraw();
        } else if (isClosing()) {
            counters.drop(DropReason.AFTER_CLOSE, 1);
            errors.emitAdmitted(to.sentAfterClose(topic, message));
        } else {
            counters.drop(to.goneReason(), 1);
            errors.emitAdmitted(to.gone(topic, message));
        }
    }

    /** Counts and reports a message that is not sent. */
    void refuse(String reason, SendException error) {
        counters.drop(reason, 1);
        errors.report(error);
    }
}
