package io.heliograph.ipc;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.Endpoint;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.PendingSum;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.transport.LinkOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Common part of servers and clients: wire format, events, life cycle and sending.
 *
 * <p>All connections of an endpoint share one event loop, which confines their state. All events run on one serial executor, so
 * they never run concurrently.
 */
abstract class IpcEndpoint implements Endpoint, EndpointLifecycle.Role {

    final Logger log;
    final Address.Unix address;
    final LinkOptions links;
    final Wire wire;
    final @Nullable IpcBackend backend;
    final Counters counters = new Counters();
    final Counters.OfLoop loopCounters = counters.ofLoop();
    final EndpointLifecycle life;
    final SerialExecutor executor;
    final PendingSum pending;
    final ErrorNotifier errors;
    final MessageEvents messages;
    final Duration linger;
    final int maxQueuedBytes;
    final int maxPendingMessages;
    final long maxPendingBytes;

    private final Listeners<Runnable> onClose;

    /**
     * @param maxPendingBytes limit of the pending messages of all connections
     * @param backend receiver of messages in place of message listeners; null for none
     */
    IpcEndpoint(IpcOptions options, long maxPendingBytes, @Nullable IpcBackend backend, Logger log) {
        Codec json = Codec.named("json");
        int maxMessageBytes = options.endpoint().maxMessageBytes();
        this.log = log;
        this.backend = backend;
        this.linger = options.endpoint().linger();
        this.maxQueuedBytes = options.endpoint().maxQueuedBytes();
        this.maxPendingMessages = options.endpoint().maxPendingMessages();
        this.maxPendingBytes = 2L * maxMessageBytes;
        this.wire = options.transcoder() == null
                ? new JsonWire(json, maxMessageBytes, options.maxDepth(), backend != null)
                : new TranscoderWire(options.transcoder(), json, maxMessageBytes);
        this.address = new Address.Unix(options.socketFile());
        this.links = LinkOptions.of(wire.framing())
                .withMaxFrameBytes(maxMessageBytes)
                .withQueue(maxQueuedBytes, options.slowConsumer());
        this.life = new EndpointLifecycle(
                this, EndpointLifecycle.Restart.NEVER, log.getName(), options.endpoint(), counters);
        this.executor = life.executor();
        this.pending = new PendingSum(executor, maxPendingBytes);
        this.errors = life.errors();
        this.messages = new MessageEvents(this::listenerFailed, life.backpressure(), maxPendingMessages);
        this.onClose = listeners("onClose");
    }

    /** Creates a list of listeners whose exceptions are logged with the event and the connection. */
    final <L> Listeners<L> listeners(String event) {
        return new Listeners<>(
                (failure, connection, unused) -> listenerFailed("listener=" + event, failure, connection));
    }

    private void listenerFailed(String what, Throwable failure, @Nullable Object argument) {
        if (failure instanceof DecodeException) {
            errors.emit(failure);
        } else {
            errors.emitUserCode(what, argument instanceof Connection connection ? describe(connection) : null, failure);
        }
    }

    // ---- differences between servers and clients

    /** Returns the id of a connection for errors; null on a client. */
    abstract @Nullable String clientId(Connection connection);

    /** Returns the name of a peer for log messages. */
    abstract String describe(Connection connection);

    /** Returns the error for a message without an open connection. */
    abstract HeliographException notConnected(
            @Nullable Connection connection, @Nullable String topic, @Nullable Object message);

    abstract DropReason notConnectedReason();

    /** Returns the error for a message that is sent after {@link #close()}. */
    abstract SendAfterCloseException sentAfterClose(@Nullable String topic, @Nullable Object message);

    /** Handles the end of a connection. Event loop only. */
    abstract void connectionEnded(Connection connection, CloseReason reason);

    // ---- sending

    /** Sends a message over a connection; reports a rejection. */
    final boolean send(@Nullable Connection to, @Nullable String topic, @Nullable Object message, boolean present) {
        if (isClosed()) {
            return reject(DropReason.AFTER_CLOSE, sentAfterClose(topic, message));
        }
        if (to == null || !to.isConnected()) {
            return reject(notConnectedReason(), notConnected(to, topic, message));
        }
        Frame frame;
        try {
            frame = encode(topic, message, present);
        } catch (EncodeException e) {
            return reject(DropReason.ENCODE_ERROR, e);
        }
        return frame == null || transmit(to, frame, topic, message, true);
    }

    /**
     * Encodes a message.
     *
     * @return the frame; null to send nothing
     * @throws EncodeException if the message is inconvertible or too long
     */
    final @Nullable Frame encode(@Nullable String topic, @Nullable Object message, boolean present) {
        try {
            return wire.encode(Wire.topicOrNone(topic), message, present);
        } catch (Throwable e) {
            throw new EncodeException(Wire.reason(e), e, topic, message);
        }
    }

    /**
     * Passes a frame to a connection; reports a rejection.
     *
     * @param reportClosed whether a closed connection is reported
     */
    final boolean transmit(
            Connection to, Frame frame, @Nullable String topic, @Nullable Object message, boolean reportClosed) {
        if (to.transmit(frame)) {
            counters.sent(frame.length());
            return true;
        }
        // The event loop knows the reason of a rejection once the link has reported its end.
        if (errors.admit("a message with topic '" + topic + "' was rejected")) {
            life.executeOrRun(() -> reportRejection(to, topic, message, reportClosed));
        } else {
            counters.drop(DropReason.QUEUE_FULL, 1);
        }
        return false;
    }

    private void reportRejection(
            Connection to, @Nullable String topic, @Nullable Object message, boolean reportClosed) {
        if (to.hasOverflowed() || (to.isOpen() && !isClosed())) {
            counters.drop(DropReason.QUEUE_FULL, 1);
            errors.emitAdmitted(new SendQueueFullException(maxQueuedBytes, clientId(to), topic, message));
        } else if (!reportClosed) {
            errors.withdraw();
        } else if (isClosed()) {
            counters.drop(DropReason.AFTER_CLOSE, 1);
            errors.emitAdmitted(sentAfterClose(topic, message));
        } else {
            counters.drop(notConnectedReason(), 1);
            errors.emitAdmitted(notConnected(to, topic, message));
        }
    }

    /** Counts and reports a rejected message; returns false. */
    final boolean reject(DropReason reason, HeliographException error) {
        counters.drop(reason, 1);
        errors.report(error);
        return false;
    }

    // ---- life cycle

    /** Starts the endpoint; a second start is rejected with {@code secondStart}. */
    final CompletableFuture<Void> start(String method, String secondStart) {
        return life.start(() -> life.isClosing()
                ? new ClosedException("Can not '" + method + "()' after 'close()'.", new CloseReason.Local(), true)
                : new IllegalStateException(secondStart));
    }

    /** Returns whether the endpoint accepts no more messages for sending. */
    final boolean isClosed() {
        return !life.acceptsMessages();
    }

    /** {@inheritDoc} Listeners receive the pending messages, and their answers are accepted for sending. */
    @Override
    public CompletableFuture<Void> drain(Duration timeout) {
        return executor.flush();
    }

    @Override
    public final void ended() {
        messages.end();
        onClose.emit((listener, a, b) -> listener.run(), null, null);
    }

    @Override
    public final void close() {
        life.close(linger);
    }

    @Override
    public final CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        return life.closeGracefully(timeout);
    }

    @Override
    public final CompletableFuture<Void> closed() {
        return life.closed();
    }

    @Override
    public final EndpointStats stats() {
        return counters.read(queuedBytes());
    }

    abstract long queuedBytes();

    public final Path socketFile() {
        return address.path();
    }

    public final Subscription onError(Consumer<? super Throwable> listener) {
        return errors.on(listener);
    }

    public final Subscription onClose(Runnable listener) {
        return onClose.on(listener);
    }
}
