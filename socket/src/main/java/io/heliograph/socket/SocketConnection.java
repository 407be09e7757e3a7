package io.heliograph.socket;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.ListeningClock;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.UnfinishedMessages;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connection of a server or a client: decodes input into events on the serial executor, in order, and pauses reading while too many events are
 * pending.
 */
final class SocketConnection implements LinkHandler, Receiver.Sink {

    private static final String CLOSED = "Socket is closed. Cannot send data.";

    private final SocketEndpoint endpoint;
    private final Link link;
    private final SocketEvents events;
    private final Consumer<CloseReason> onEnded;
    private final Receiver receiver;
    private final ReadThrottle throttle;
    private final UnfinishedMessages.@Nullable Account unfinished;
    private final @Nullable BackendSession backend;
    private final Duration idleTimeout;

    // Whether this side has ended its output, or is about to.
    private volatile boolean ending;

    // Whether the user has closed the connection, which suppresses further events.
    private volatile boolean closedByUser;
    private volatile @Nullable CloseReason reason;
    private volatile long activeAt;

    // Event loop only.
    private boolean broken;
    private boolean dropsReported;
    private @Nullable HeliographException reported;
    private EventLoop.@Nullable Timer abortTimer;
    private long abortAt;
    private EventLoop.@Nullable Timer idleTimer;
    private @Nullable ListeningClock listening;
    private long queuedAtCheck;
    private long missedAtCheck;

    // Serial executor only.
    private boolean failureReported;

    /**
     * @param onEnded called on the event loop when the connection has ended
     */
    SocketConnection(SocketEndpoint endpoint, Link link, SocketEvents events, Consumer<CloseReason> onEnded) {
        this.endpoint = endpoint;
        this.link = link;
        this.events = events;
        events.connected(link.peer().toString());
        this.onEnded = onEnded;
        this.receiver = endpoint.createReceiver();
        this.throttle = new ReadThrottle(link)
                .limitPending(
                        endpoint.executor,
                        endpoint.options.endpoint().maxPendingMessages(),
                        SocketEndpoint.MAX_PENDING_BYTES)
                .limitSum(endpoint.pending);
        UnfinishedMessages all = endpoint.unfinished;
        this.unfinished = all == null ? null : all.account(link.peer());
        this.backend = endpoint.backend == null ? null : new BackendSession(this, endpoint, throttle);
        this.idleTimeout = endpoint.options.idleTimeout();
        endpoint.loopCounters.opened();
        if (idleTimeout.isPositive()) {
            activeAt = link.loop().nanoTime();
            listening = ListeningClock.lease(link.loop(), idleTimeout);
            missedAtCheck = missed();
            idleTimer = link.loop().schedule(idleTimeout, this::checkIdle);
        }
    }

    /** Notifies the backend of the server of this connection, if it has one. Event loop only. */
    void open() {
        if (backend != null && endpoint.backend != null) {
            backend.open(endpoint.backend);
        }
    }

    EventLoop loop() {
        return link.loop();
    }

    SocketEvents events() {
        return events;
    }

    Address.Tcp peer() {
        return (Address.Tcp) link.peer();
    }

    List<X509Certificate> certificates() {
        return link.certificates();
    }

    long queuedBytes() {
        return link.queuedBytes();
    }

    LinkStats stats() {
        return link.stats();
    }

    boolean isOpen() {
        return !ending && reason == null;
    }

    // ---- receiving

    @Override
    public void frame(Link from, Frame chunk) {
        bytes(from, chunk.buffer());
    }

    @Override
    public void bytes(Link from, ByteBuffer chunk) {
        endpoint.loopCounters.receivedBytes(chunk.remaining());
        active();
        if (broken || closedByUser) {
            return;
        }
        try {
            receiver.read(chunk, this);
        } catch (HeliographException e) {
            if (!broken) {
                fail(e);
            }
        }
        countUnfinished();
    }

    /** Closes the connection if the incomplete messages of all connections exceed their limit. */
    private void countUnfinished() {
        if (unfinished == null || broken) {
            return;
        }
        try {
            unfinished.update(receiver.allocated());
        } catch (TransportException exceeded) {
            broken = true;
            link.close(new CloseReason.Failed(exceeded));
        }
    }

    @Override
    public void message(Frame bytes, @Nullable String string) {
        if (backend != null) {
            passToBackend(backend, bytes, string);
            return;
        }
        deliver(new ReceivedMessage(this, bytes, string), bytes.length());
    }

    @Override
    public void doubles(double[] values) {
        if (backend != null) {
            if (!broken) {
                endpoint.loopCounters.receivedMessage();
                backend.doubles(values);
            }
            return;
        }
        deliver(new ReceivedMessage(this, values), values.length * Double.BYTES);
    }

    private void passToBackend(BackendSession to, Frame bytes, @Nullable String string) {
        if (broken) {
            return;
        }
        endpoint.loopCounters.receivedMessage();
        try {
            to.message(bytes, string);
        } catch (CodecException e) {
            HeliographException problem = endpoint.decoder.problem(e);
            if (receiver instanceof RawJsonReceiver) {
                fail(problem);
            } else {
                endpoint.counters.drop(DropReason.DECODE_ERROR, 1);
                events.errors().report(problem);
            }
        }
    }

    private void deliver(ReceivedMessage message, int length) {
        if (!broken) {
            endpoint.loopCounters.receivedMessage();
            endpoint.executor.execute(message);
            throttle.enqueued(length);
        }
    }

    @Override
    public void malformed(String problem) {
        endpoint.counters.drop(DropReason.DECODE_ERROR, 1);
        events.errors().report(new ProtocolViolationException(problem, null));
    }

    /** Closes the connection because the rest of the stream cannot be interpreted. */
    private void fail(HeliographException problem) {
        endpoint.executor.execute(() -> reportFailure(problem));
        closeBroken(problem);
    }

    private void closeBroken(HeliographException problem) {
        if (!broken) {
            broken = true;
            reported = problem;
            link.close(new CloseReason.Failed(problem));
        }
    }

    /** Reports the failure of the connection, once. Serial executor only. */
    private void reportFailure(HeliographException problem) {
        if (!failureReported) {
            failureReported = true;
            endpoint.counters.drop(DropReason.DECODE_ERROR, 1);
            events.mute();
            events.errors().emit(problem);
        }
    }

    /** Reports an undecodable message; raw JSON cannot be resynchronized after one. Serial executor only. */
    void undecodable(HeliographException problem) {
        if (receiver instanceof RawJsonReceiver) {
            reportFailure(problem);
            endpoint.life.executeOrRun(() -> closeBroken(problem));
        } else {
            endpoint.counters.drop(DropReason.DECODE_ERROR, 1);
            events.errors().emit(problem);
        }
    }

    // ---- sending

    boolean transmit(Frame frame) {
        if (!ending && link.send(frame)) {
            endpoint.counters.sent(frame.length());
            active();
            return true;
        }
        // The event loop knows the reason of a rejection once the link has reported its end.
        if (events.errors().admit("an item was rejected")) {
            endpoint.life.executeOrRun(this::reportRejection);
        } else {
            endpoint.counters.drop(DropReason.QUEUE_FULL, 1);
        }
        return false;
    }

    /** Sends a frame that other connections may share; the sender reports a rejection. */
    boolean sendShared(Frame frame) {
        if (ending || !link.send(frame)) {
            return false;
        }
        if (link.loop().inLoop()) {
            endpoint.loopCounters.sent(frame.length());
        } else {
            endpoint.counters.sent(frame.length());
        }
        active();
        return true;
    }

    private void reportRejection() {
        CloseReason ended = reason;
        boolean overflowed = ended instanceof CloseReason.Failed failed && failed.cause() instanceof QueueFullException;
        int limit = endpoint.options.maxQueuedBytes();
        if (isOpen() || overflowed) {
            endpoint.counters.drop(DropReason.QUEUE_FULL, 1);
            events.errors()
                    .emitAdmitted(new QueueFullException(
                            "item rejected: the queue is full (expected: at most " + limit + " bytes)", limit));
        } else {
            endpoint.counters.drop(DropReason.AFTER_CLOSE, 1);
            events.errors().emitAdmitted(closedException(ended));
        }
    }

    static ClosedException closedException(@Nullable CloseReason reason) {
        return new ClosedException(CLOSED, reason == null ? new CloseReason.Local() : reason, true);
    }

    @Override
    public void dropped(Link from, int frames, long bytes) {
        endpoint.counters.drop(DropReason.DROPPED_OLDEST, frames);
        if (!dropsReported) {
            dropsReported = true;
            int limit = endpoint.options.maxQueuedBytes();
            endpoint.errors
                    .failures()
                    .expected(
                            "items dropped",
                            "Items dropped: slow consumer peer=" + link.peer() + " maxQueuedBytes=" + limit);
            events.errors()
                    .report(new QueueFullException(
                            link.peer() + " reads too slowly: its oldest items are dropped to keep its queue within "
                                    + limit + " bytes",
                            limit));
        }
    }

    // ---- idle timeout

    private void active() {
        if (idleTimeout.isPositive()) {
            activeAt = link.loop().nanoTime();
        }
    }

    /** Returns the time in which the event loop was not able to receive, since an arbitrary origin. */
    private long missed() {
        ListeningClock clock = listening;
        return clock == null ? 0 : link.loop().nanoTime() - clock.nanoTime();
    }

    private void checkIdle() {
        long now = link.loop().nanoTime();
        long queued = link.queuedBytes();
        long missed = missed();
        if (queued != queuedAtCheck || throttle.isPaused()) {
            queuedAtCheck = queued;
            activeAt = now; // bytes were written, or none can be received
        } else {
            activeAt = Math.min(now, activeAt + missed - missedAtCheck);
        }
        missedAtCheck = missed;
        Duration left = idleTimeout.minusNanos(now - activeAt);
        if (left.isPositive()) {
            idleTimer = link.loop().schedule(left, this::checkIdle);
        } else {
            reported = new DeadlineExceededException("no traffic in either direction within " + idleTimeout);
            link.close(new CloseReason.Failed(reported));
        }
    }

    // ---- closing

    /** {@inheritDoc} Ends the output after the listeners have received all messages, or after the linger time. */
    @Override
    public void inputEnded(Link from) {
        if (!broken && !closedByUser) {
            receiver.end(this);
        }
        abortAfter(endpoint.options.endpoint().linger());
        if (backend != null) {
            backend.inputEnded();
        } else {
            endpoint.executor.execute(this::endOutput);
        }
    }

    void endOutput() {
        ending = true;
        link.end();
    }

    /** Ends the connection in order, and aborts it after the linger time. Thread-safe. */
    void disconnect() {
        end();
        endpoint.life.executeOrRun(() -> abortAfter(endpoint.options.endpoint().linger()));
    }

    /** Ends the connection in order and suppresses further events. Thread-safe. */
    void end() {
        closedByUser = true;
        events.mute();
        endOutput();
        endpoint.life.executeOrRun(() -> {
            if (reason == null) {
                link.reading(true); // to read the end of the input
            }
        });
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
        cancel(abortTimer);
        abortAt = at;
        abortTimer = link.loop().schedule(timeout, this::abort);
    }

    @Override
    public void closed(Link from, CloseReason given) {
        if (given instanceof CloseReason.Failed failed && !failed.cause().equals(reported)) {
            if (failed.cause() instanceof QueueFullException) {
                // The rejected item is reported by its sender.
                endpoint.counters.drop(DropReason.SLOW_CONSUMER, 1);
                endpoint.errors
                        .failures()
                        .expected(
                                "slow consumer",
                                "Connection closed: slow consumer peer=" + link.peer() + " maxQueuedBytes="
                                        + endpoint.options.maxQueuedBytes());
            } else if (!closedByUser) {
                events.errors().report(failed.cause());
            }
        }
        broken = true;
        reason = given;
        if (unfinished != null) {
            unfinished.end();
        }
        cancel(abortTimer);
        cancel(idleTimer);
        ListeningClock clock = listening;
        listening = null;
        if (clock != null) {
            clock.release();
        }
        endpoint.loopCounters.closed();
        if (backend != null) {
            backend.closed(given);
        }
        endpoint.executor.execute(() -> events.emitDisconnect(given));
        onEnded.accept(given);
    }

    private static void cancel(EventLoop.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
