package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Connection of a server or a client: decodes input into events on the serial executor, in order, and pauses reading while too
 * many events are pending.
 */
final class Connection implements IpcConnection, LinkHandler, Wire.Sink {

    private final IpcEndpoint endpoint;
    private final Link link;
    private final Wire.Reader reader;
    private final ReadThrottle throttle;
    private final @Nullable BackendSession backend;
    private final String id = UUID.randomUUID().toString();

    // Whether the connection event has begun.
    private volatile boolean announced;

    // Whether this side has ended its output, or is about to.
    private volatile boolean ending;
    private volatile @Nullable CloseReason reason;

    // Event loop only.
    private boolean broken;
    private boolean everReceived;
    private boolean dropsReported;
    private EventLoop.@Nullable Timer abortTimer;
    private long abortAt;

    Connection(IpcEndpoint endpoint, Link link) {
        this.endpoint = endpoint;
        this.link = link;
        this.reader = endpoint.wire.reader();
        this.throttle = new ReadThrottle(link)
                .limitPending(endpoint.executor, endpoint.maxPendingMessages, endpoint.maxPendingBytes)
                .limitSum(endpoint.pending);
        this.backend = endpoint.backend == null ? null : new BackendSession(this, throttle);
        endpoint.loopCounters.opened();
    }

    /** Notifies the backend of the server of this connection, if it has one. Event loop only. */
    void open() {
        if (backend != null && endpoint.backend != null) {
            backend.open(endpoint.backend);
        }
    }

    IpcEndpoint endpoint() {
        return endpoint;
    }

    EventLoop loop() {
        return link.loop();
    }

    @Override
    public String id() {
        return id;
    }

    /** Allows sending. Serial executor only, at the beginning of the connection event. */
    void announce() {
        announced = true;
    }

    @Override
    public boolean isConnected() {
        return announced && isOpen();
    }

    boolean isOpen() {
        return !ending && reason == null;
    }

    boolean hasOverflowed() {
        return reason instanceof CloseReason.Failed failed && failed.cause() instanceof QueueFullException;
    }

    /** Returns the reason of the end; null while the connection is open. */
    @Nullable
    CloseReason reason() {
        return reason;
    }

    @Nullable
    String clientId() {
        return endpoint.clientId(this);
    }

    // ---- receiving

    @Override
    public void frame(Link from, Frame frame) {
        if (broken) {
            return;
        }
        everReceived = true;
        endpoint.loopCounters.receivedBytes(frame.length());
        try {
            reader.read(frame, this);
        } catch (Throwable e) {
            // Includes exceptions of a custom decoder.
            broken = true;
            link.close(new CloseReason.Failed(undecodable(Wire.reason(e), e, frame)));
        }
    }

    @Override
    public void message(String topic, Payload payload, int bytes) {
        endpoint.loopCounters.receivedMessage();
        if (backend != null) {
            backend.message(topic, payload, bytes);
            return;
        }
        endpoint.executor.execute(new MessageTask(this, topic, payload));
        throttle.enqueued(bytes);
    }

    /** Calls the listeners of one message. */
    private static final class MessageTask extends SerialExecutor.Task {

        private final Connection from;
        private final String topic;
        private final Payload payload;

        MessageTask(Connection from, String topic, Payload payload) {
            this.from = from;
            this.topic = topic;
            this.payload = payload;
        }

        @Override
        protected boolean isDroppable() {
            return true;
        }

        @Override
        protected void run() {
            from.endpoint.messages.emit(topic, payload, from);
        }
    }

    private DecodeException undecodable(String problem, Throwable cause, Frame data) {
        DecodeException error = new DecodeException(problem, cause, Wire.excerpt(data), clientId());
        endpoint.counters.drop(DropReason.DECODE_ERROR, 1);
        endpoint.errors.report(error);
        return error;
    }

    // ---- sending

    @Override
    public boolean send(@Nullable String topic, @Nullable Object message) {
        return endpoint.send(this, topic, message, true);
    }

    @Override
    public boolean send(@Nullable String topic) {
        return endpoint.send(this, topic, null, false);
    }

    boolean transmit(Frame frame) {
        return link.send(frame);
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return link.credentials();
    }

    @Override
    public long queuedBytes() {
        return linkBytes() + (backend == null ? 0 : backend.publicationBytes());
    }

    LinkStats stats() {
        return link.stats().withQueued(backend == null ? 0 : backend.publicationBytes());
    }

    /** Returns the bytes in the queue of the link. */
    long linkBytes() {
        return link.queuedBytes();
    }

    @Override
    public void written(Link from) {
        if (backend != null) {
            backend.written();
        }
    }

    @Override
    public void dropped(Link from, int frames, long bytes) {
        dropped(DropReason.DROPPED_OLDEST, frames);
    }

    /** Counts dropped messages, and reports the first of this connection. Event loop only. */
    void dropped(DropReason why, int messages) {
        endpoint.counters.drop(why, messages);
        if (!dropsReported) {
            dropsReported = true;
            endpoint.errors
                    .failures()
                    .expected(
                            "messages dropped",
                            "Messages dropped: slow consumer peer=" + endpoint.describe(this) + " maxQueuedBytes="
                                    + endpoint.maxQueuedBytes);
            endpoint.errors.report(new QueueFullException(
                    endpoint.describe(this)
                            + " reads too slowly: its oldest messages are dropped to keep its queue within "
                            + endpoint.maxQueuedBytes + " bytes",
                    endpoint.maxQueuedBytes));
        }
    }

    // ---- closing

    @Override
    public void disconnect() {
        endOutput();
        endpoint.life.executeOrRun(() -> abortAfter(endpoint.linger));
    }

    /** {@inheritDoc} Ends the output after the listeners have received all messages, or after the linger time. */
    @Override
    public void inputEnded(Link from) {
        if (backend != null) {
            abortAfter(endpoint.linger);
            backend.inputEnded();
        } else if (everReceived) {
            abortAfter(endpoint.linger);
            endpoint.executor.execute(this::endOutput);
        } else {
            endOutput();
        }
    }

    /** Ends the output after queued messages. Thread-safe. */
    void endOutput() {
        ending = true;
        link.end();
    }

    /** Closes the connection at once because its peer reads too slowly. Event loop only. */
    void closeSlowConsumer() {
        link.close(new CloseReason.Failed(new QueueFullException(
                "the peer reads too slowly (expected: at most " + endpoint.maxQueuedBytes + " bytes queued)",
                endpoint.maxQueuedBytes)));
    }

    /** Closes the connection at once. Event loop only. */
    void abort() {
        link.close(new CloseReason.Local());
    }

    private void abortAfter(Duration timeout) {
        long at = link.loop().nanoTime() + timeout.toNanos();
        if (reason != null || (abortTimer != null && at - abortAt >= 0)) {
            return;
        }
        if (abortTimer != null) {
            abortTimer.cancel();
        }
        abortAt = at;
        abortTimer = link.loop().schedule(timeout, this::abort);
    }

    @Override
    public void closed(Link from, CloseReason given) {
        CloseReason reported = given;
        if (given instanceof CloseReason.Failed failed) {
            switch (failed.cause()) {
                case DecodeException alreadyReported -> {}
                case FrameTooLongException tooLong ->
                    reported = new CloseReason.Failed(undecodable(
                            endpoint.wire.describe(tooLong.head()) + " is too long: " + tooLong.getMessage(),
                            tooLong,
                            tooLong.head()));
                case QueueFullException full -> {
                    // The rejected message is reported by its sender.
                    endpoint.counters.drop(DropReason.SLOW_CONSUMER, 1);
                    endpoint.errors
                            .failures()
                            .expected(
                                    "slow consumer",
                                    "Connection closed: slow consumer peer=" + endpoint.describe(this)
                                            + " maxQueuedBytes=" + endpoint.maxQueuedBytes);
                }
                default -> endpoint.errors.report(failed.cause());
            }
        }
        reason = reported;
        if (abortTimer != null) {
            abortTimer.cancel();
            abortTimer = null;
        }
        endpoint.loopCounters.closed();
        if (backend != null) {
            backend.closed(reported);
        }
        endpoint.connectionEnded(this, reported);
    }

    @Override
    public String toString() {
        return "IpcConnection[" + id + "]";
    }
}
