package io.heliograph.socket;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.QueueFullException;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection: turns what arrives into events on the executor, in order, and holds it back while too much waits there. */
final class SocketConnection implements LinkHandler, Receiver.Sink {

    static final String CLOSED = "Socket is closed. Cannot send data.";

    private final SocketCore core;
    private final Link link;
    private final SocketEvents events;
    private final Consumer<CloseReason> onEnded;
    private final Receiver receiver;
    private final ReadThrottle throttle;
    private final boolean idles;

    // Whether this side has ended its output, or is about to.
    private volatile boolean ending;

    // Whether the user has closed it, and hears nothing more.
    private volatile boolean deaf;
    private volatile @Nullable CloseReason reason;
    private volatile long activeAt;

    // The loop's own.
    private boolean broken;
    private boolean dropsReported;
    private @Nullable HeliographException reported;
    private EventLoop.@Nullable Timer cut;
    private long cutAt;
    private EventLoop.@Nullable Timer idleCheck;
    private long queuedAtCheck;

    // The executor's own.
    private boolean failureTold;

    /**
     * @param onEnded told on the loop when it has ended; nothing follows
     */
    SocketConnection(SocketCore core, Link link, SocketEvents events, Consumer<CloseReason> onEnded) {
        this.core = core;
        this.link = link;
        this.events = events;
        this.onEnded = onEnded;
        this.receiver = core.receiver();
        this.throttle =
                new ReadThrottle(link).limitPending(core.executor, core.maxPendingMessages, core.maxPendingBytes());
        this.idles = core.idleTimeout.isPositive();
        core.loopCounters.opened();
        if (idles) {
            activeAt = link.loop().nanoTime();
            idleCheck = link.loop().schedule(core.idleTimeout, this::checkIdle);
        }
    }

    SocketEvents events() {
        return events;
    }

    Address.Tcp peer() {
        return (Address.Tcp) link.peer();
    }

    long queuedBytes() {
        return link.queuedBytes();
    }

    /** Whether it can be sent to, as far as is known. */
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
        core.loopCounters.receivedBytes(chunk.remaining());
        active();
        if (broken || deaf) {
            return;
        }
        try {
            receiver.read(chunk, this);
        } catch (HeliographException e) {
            if (!broken) {
                fail(e);
            }
        }
    }

    @Override
    public void message(Frame bytes, @Nullable String text) {
        deliver(new ReceivedMessage(this, bytes, text), bytes.length());
    }

    @Override
    public void doubles(double[] values) {
        deliver(new ReceivedMessage(this, values), values.length * Double.BYTES);
    }

    private void deliver(ReceivedMessage message, int length) {
        if (!broken) {
            core.loopCounters.receivedMessage();
            core.executor.execute(message);
            throttle.enqueued(length);
        }
    }

    @Override
    public void malformed(String problem) {
        core.counters.drop(SocketDrops.MALFORMED, 1);
        events.errors().report(new ProtocolViolationException(problem, null));
    }

    /** The stream has no meaning from here on. */
    private void fail(HeliographException problem) {
        core.executor.execute(() -> tellFailure(problem));
        breakOff(problem);
    }

    private void breakOff(HeliographException problem) {
        if (!broken) {
            broken = true;
            reported = problem;
            link.close(new CloseReason.Failed(problem));
        }
    }

    /** Tells, once, why the connection is broken off; on the executor. */
    private void tellFailure(HeliographException problem) {
        if (!failureTold) {
            failureTold = true;
            core.counters.drop(SocketDrops.MALFORMED, 1);
            events.mute();
            events.errors().emit(problem);
        }
    }

    /** A message that arrived is no value; on the executor. Where there is no framing, nothing behind it has a meaning. */
    void undecodable(HeliographException problem) {
        if (receiver instanceof RawJsonReceiver) {
            tellFailure(problem);
            core.onLoop(() -> breakOff(problem));
        } else {
            core.counters.drop(SocketDrops.MALFORMED, 1);
            events.errors().emit(problem);
        }
    }

    // ---- sending

    boolean transmit(Frame frame) {
        if (!ending && link.send(frame)) {
            core.counters.sent(frame.length());
            active();
            return true;
        }
        // Why it was refused is known on the loop, once the link has told of its end.
        if (events.errors().admit("an item was refused")) {
            core.onLoop(this::explainRefusal);
        } else {
            core.counters.drop(SocketDrops.QUEUE_FULL, 1);
        }
        return false;
    }

    private void explainRefusal() {
        CloseReason ended = reason;
        boolean overflowed = ended instanceof CloseReason.Failed failed && failed.cause() instanceof QueueFullException;
        if (isOpen() || overflowed) {
            core.counters.drop(SocketDrops.QUEUE_FULL, 1);
            events.errors()
                    .emitAdmitted(new QueueFullException(
                            "the item was not sent, as " + core.maxQueuedBytes + " bytes wait for the peer",
                            core.maxQueuedBytes));
        } else {
            core.counters.drop(SocketDrops.AFTER_CLOSE, 1);
            events.errors().emitAdmitted(closedException(ended));
        }
    }

    static ClosedException closedException(@Nullable CloseReason reason) {
        return new ClosedException(CLOSED, reason == null ? new CloseReason.Local() : reason, true);
    }

    @Override
    public void dropped(Link from, int frames, long bytes) {
        core.counters.drop(SocketDrops.DROPPED_OLDEST, frames);
        if (!dropsReported) {
            dropsReported = true;
            String text = link.peer()
                    + " reads too slowly: the oldest items are dropped from now on, to keep its queue within "
                    + core.maxQueuedBytes
                    + " bytes";
            core.log.warn(text);
            events.errors().report(new QueueFullException(text, core.maxQueuedBytes));
        }
    }

    // ---- silence

    private void active() {
        if (idles) {
            activeAt = link.loop().nanoTime();
        }
    }

    private void checkIdle() {
        long now = link.loop().nanoTime();
        long queued = link.queuedBytes();
        if (queued != queuedAtCheck) {
            queuedAtCheck = queued;
            activeAt = now; // something was written
        }
        Duration left = core.idleTimeout.minusNanos(now - activeAt);
        if (left.isPositive()) {
            idleCheck = link.loop().schedule(left, this::checkIdle);
        } else {
            reported = new DeadlineExceededException("nothing passed in either direction within " + core.idleTimeout);
            link.close(new CloseReason.Failed(reported));
        }
    }

    // ---- the end

    /** {@inheritDoc} What arrived before gets its answers: the output ends after the listeners have seen it all. */
    @Override
    public void inputEnded(Link from) {
        if (!broken && !deaf) {
            receiver.end(this);
        }
        cutAfter(core.linger);
        core.executor.execute(this::endOutput);
    }

    private void endOutput() {
        ending = true;
        link.end();
    }

    /** Ends the connection in order, within {@code timeout}, and tells nothing of what still arrives. Any thread. */
    void end(Duration timeout) {
        deaf = true;
        events.mute();
        endOutput();
        core.onLoop(() -> {
            if (reason == null) {
                link.reading(true); // to see the end of the input
                cutAfter(timeout);
            }
        });
    }

    private void cutAfter(Duration timeout) {
        long at = link.loop().nanoTime() + timeout.toNanos();
        if (reason != null || (cut != null && at - cutAt >= 0)) {
            return;
        }
        if (cut != null) {
            cut.cancel();
        }
        cutAt = at;
        cut = link.loop().schedule(timeout, () -> link.close(new CloseReason.Local()));
    }

    @Override
    public void closed(Link from, CloseReason given) {
        if (given instanceof CloseReason.Failed failed && !failed.cause().equals(reported)) {
            if (failed.cause() instanceof QueueFullException) {
                // The item that overflowed it is reported where it was sent.
                core.counters.drop(SocketDrops.SLOW_CONSUMER, 1);
                core.log.warn(
                        "{} was disconnected: it reads too slowly, and {} bytes waited for it",
                        link.peer(),
                        core.maxQueuedBytes);
            } else if (!deaf) {
                events.errors().report(failed.cause());
            }
        }
        broken = true;
        reason = given;
        cancel(cut);
        cancel(idleCheck);
        core.loopCounters.closed();
        core.executor.execute(() -> events.emitClose(given));
        onEnded.accept(given);
    }

    private static void cancel(EventLoop.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
