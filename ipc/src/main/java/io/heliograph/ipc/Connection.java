package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a server or a client: turns what arrives into events on the executor, in order, and holds it back while too
 * much waits there.
 *
 * @param <P> how listeners see the peer
 */
abstract class Connection<P> implements LinkHandler, Wire.Sink {

    private final EndpointCore<P> core;
    private final Link link;
    private final Wire.Reader reader;
    private final ReadThrottle throttle;

    // Whether this side has ended its output, or is about to.
    private volatile boolean ending;
    private volatile @Nullable CloseReason reason;

    // The loop's own.
    private boolean broken;
    private boolean everReceived;
    private boolean dropsReported;
    private EventLoop.@Nullable Timer cut;
    private long cutAt;

    Connection(EndpointCore<P> core, Link link) {
        this.core = core;
        this.link = link;
        this.reader = core.wire.reader();
        this.throttle =
                new ReadThrottle(link).limitPending(core.executor, core.maxPendingMessages, core.maxPendingBytes);
        core.loopCounters.opened();
    }

    /** What listeners get. */
    abstract P peer();

    /** The client's id, on a server. */
    abstract @Nullable String clientId();

    /** How to call it in the log. */
    abstract String name();

    /** The error for a message that found it gone. */
    abstract SendException gone(@Nullable String topic, @Nullable Object message);

    abstract io.heliograph.DropReason goneReason();

    abstract SendException sentAfterClose(@Nullable String topic, @Nullable Object message);

    /** It has ended; nothing follows. */
    abstract void ended(CloseReason reason);

    // ---- receiving

    @Override
    public final void frame(Link from, Frame frame) {
        if (broken) {
            return;
        }
        everReceived = true;
        core.loopCounters.receivedBytes(frame.length());
        try {
            reader.read(frame, this);
        } catch (Throwable e) {
            // Whatever it is, a decoder of the user's included, this connection cannot go on.
            broken = true;
            link.close(new CloseReason.Failed(undecodable(Wire.reason(e), e, Wire.excerpt(frame))));
        }
    }

    @Override
    public final void message(String topic, Payload payload, int bytes) {
        core.loopCounters.receivedMessage();
        core.executor.execute(new Delivery<>(this, topic, payload));
        throttle.enqueued(bytes);
    }

    /** One message on its way to the listeners. */
    private static final class Delivery<P> extends SerialExecutor.Task {

        private final Connection<P> from;
        private final String topic;
        private final Payload payload;

        Delivery(Connection<P> from, String topic, Payload payload) {
            this.from = from;
            this.topic = topic;
            this.payload = payload;
        }

        @Override
        protected void run() {
            from.core.messages.emit(topic, payload, from.peer());
        }
    }

    private DecodeException undecodable(String why, Throwable cause, String rawData) {
        DecodeException error = new DecodeException(why, cause, rawData, clientId());
        core.counters.drop(DropReason.DECODE_ERROR, 1);
        core.errors.report(error);
        return error;
    }

    // ---- sending

    final boolean transmit(Frame frame) {
        return link.send(frame);
    }

    public final Optional<PeerCredentials> credentials() {
        return link.credentials();
    }

    public final long queuedBytes() {
        return link.queuedBytes();
    }

    /** Whether it can be sent to, as far as is known. */
    final boolean isOpen() {
        return !ending && reason == null;
    }

    final boolean hasOverflowed() {
        return reason instanceof CloseReason.Failed failed && failed.cause() instanceof QueueFullException;
    }

    /** Why it ended, as listeners are told. */
    final @Nullable CloseReason reason() {
        return reason;
    }

    // ---- the end

    @Override
    public final void dropped(Link from, int frames, long bytes) {
        core.counters.drop(DropReason.DROPPED_OLDEST, frames);
        if (!dropsReported) {
            dropsReported = true;
            String text = name()
                    + " reads too slowly: the oldest messages are dropped from now on, to keep its queue within "
                    + core.maxQueuedBytes
                    + " bytes";
            core.log.warn(text);
            core.errors.report(new QueueFullException(text, core.maxQueuedBytes));
        }
    }

    /**
     * {@inheritDoc} Messages that arrived before get their answers: the output ends after the listeners have seen them, or when
     * they take too long.
     */
    @Override
    public final void inputEnded(Link from) {
        if (everReceived) {
            cutAfter(core.linger);
            core.executor.execute(this::endOutput);
        } else {
            endOutput();
        }
    }

    private void endOutput() {
        ending = true;
        link.end();
    }

    /** Ends the connection in order, within {@code timeout}. Any thread. */
    final void end(Duration timeout) {
        endOutput();
        core.onLoop(() -> cutAfter(timeout));
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
    public final void closed(Link from, CloseReason given) {
        CloseReason told = given;
        if (given instanceof CloseReason.Failed failed) {
            switch (failed.cause()) {
                case DecodeException reported -> {}
                case FrameTooLongException tooLong ->
                    told = new CloseReason.Failed(undecodable(
                            core.wire.describe(tooLong.head()) + " is too long: " + tooLong.getMessage(),
                            tooLong,
                            Wire.excerpt(tooLong.head())));
                case QueueFullException full -> {
                    // The message that overflowed it is reported where it was sent.
                    core.counters.drop(DropReason.SLOW_CONSUMER, 1);
                    core.log.warn(
                            "{} was disconnected: it reads too slowly, and {} bytes waited for it",
                            name(),
                            core.maxQueuedBytes);
                }
                default -> core.errors.report(failed.cause());
            }
        }
        broken = true;
        reason = told;
        if (cut != null) {
            cut.cancel();
            cut = null;
        }
        core.loopCounters.closed();
        ended(told);
    }
}
