package io.heliograph.ipc;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.codec.Codec;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a server and a client have in common: the events and the executor they run on, encoding, the transport, and the way from
 * the start to the end.
 *
 * <p>All connections of an endpoint are on one event loop, where their state lives. All its events run on one executor, so they
 * never run concurrently.
 *
 * @param <P> how listeners see the peer that a message came from
 */
final class EndpointCore<P> implements EndpointLifecycle.Role {

    /** What is particular to a server or a client. Called on the loop. */
    interface Role {

        void begin(Transport transport, EventLoop loop);

        /** As {@link EndpointLifecycle.Role#shutdown}. */
        void shutdown(Duration timeout);
    }

    final Logger log;
    final Address.Unix address;
    final LinkOptions links;
    final Wire wire;
    final SerialExecutor executor;
    final Counters counters = new Counters();
    final Counters.OfLoop loopCounters = counters.ofLoop();
    final ErrorNotifier errors;
    final MessageEvents<P> messages;
    final Listeners<Runnable> onClosed;
    final Listeners<Runnable> onClose;
    final int maxQueuedBytes;
    final Duration linger;
    final int maxPendingMessages;
    final long maxPendingBytes;

    private final Role role;
    private final EndpointLifecycle life;

    /**
     * @param clientId names a peer in errors; null on a client
     */
    EndpointCore(EndpointOptions<?> options, Logger log, Role role, Function<P, @Nullable String> clientId) {
        Codec json = Codec.named("json");
        this.log = log;
        this.role = role;
        this.wire = options.transcoder == null
                ? new JsonWire(json, options.maxMessageBytes, options.maxDepth)
                : new TranscoderWire(options.transcoder, json, options.maxMessageBytes);
        this.address = new Address.Unix(options.socketFile);
        this.links = LinkOptions.of(wire.framing())
                .withMaxFrameBytes(options.maxMessageBytes)
                .withQueue(options.maxQueuedBytes, options.overflow);
        this.life = new EndpointLifecycle(
                this,
                EndpointLifecycle.Restart.NEVER,
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
        this.messages = new MessageEvents<>(errors::emit, life.backpressure(), options.maxPendingMessages, clientId);
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
     */
    CompletableFuture<Void> start(String method, String twice) {
        return life.start(() -> life.isClosing()
                ? new ClosedException("Can not '" + method + "()' after 'close()'.", new CloseReason.Local(), true)
                : new IllegalStateException(twice));
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
        messages.end();
        onClosed.emit((listener, a, b) -> listener.run(), null, null);
        onClose.emit((listener, a, b) -> listener.run(), null, null);
    }

    /** The start has succeeded; on the executor. */
    void started() {
        life.started();
    }

    /** The start has failed and left nothing behind. */
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

    // ---- sending

    /**
     * Encodes a message.
     *
     * @return null if nothing is to be sent
     * @throws EncodeException if that cannot be
     */
    @Nullable
    Frame encode(@Nullable String topic, @Nullable Object message, boolean present) {
        try {
            return wire.encode(Wire.topicOrNone(topic), message, present);
        } catch (Throwable e) {
            throw new EncodeException(Wire.reason(e), e, topic, message);
        }
    }

    /** Encodes a message and sends it to one connection; reports what fails. */
    boolean send(Connection<P> to, @Nullable String topic, @Nullable Object message, boolean present) {
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
            Connection<P> to, Frame frame, @Nullable String topic, @Nullable Object message, boolean reportGone) {
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

    private void explain(Connection<P> to, @Nullable String topic, @Nullable Object message, boolean reportGone) {
        boolean full = to.hasOverflowed() || (to.isOpen() && !isClosing());
        if (full) {
            counters.drop(DropReason.QUEUE_FULL, 1);
            errors.emitAdmitted(new SendQueueFullException(maxQueuedBytes, to.clientId(), topic, message));
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
    void refuse(io.heliograph.DropReason reason, SendException error) {
        counters.drop(reason, 1);
        errors.report(error);
    }
}
