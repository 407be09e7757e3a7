package io.heliograph.transport.netty;

import io.heliograph.DeadlineExceededException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.TransportException;
import io.heliograph.endpoint.MessageDeadline;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.transport.UnfinishedMessages;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Inbound half of a link: decodes frames, and holds bytes that arrive while reading is paused. Event loop only.
 *
 * <p>Bytes may arrive while paused: Netty's epoll transport reads to the end when the peer has ended its output, at most the
 * content of the socket's receive buffer.
 */
final class Inbound implements FrameDecoder.Sink {

    private final NettyLink link;
    private final FrameDecoder decoder;
    private final UnfinishedMessages.@Nullable Account unfinished;
    private final @Nullable MessageDeadline deadline;

    private @Nullable ArrayDeque<Frame> held;
    private boolean paused;
    private boolean ended;
    private boolean delivering;

    /**
     * @param unfinished counts the bytes of an unfinished frame; null for no limit beside that of the decoder
     * @param messageTimeout limits the time to receive a frame; zero for no limit
     */
    Inbound(
            NettyLink link,
            FrameDecoder decoder,
            UnfinishedMessages.@Nullable Account unfinished,
            Duration messageTimeout) {
        this.link = link;
        this.decoder = decoder;
        this.unfinished = unfinished;
        this.deadline = messageTimeout.isZero()
                ? null
                : new MessageDeadline(link.loop(), messageTimeout, () -> timedOut(messageTimeout));
    }

    FrameDecoder decoder() {
        return decoder;
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether the end of the stream has been read; it may not be delivered yet. */
    boolean isEnded() {
        return ended;
    }

    void reading(boolean wanted) {
        if (paused == !wanted || !link.isOpen()) {
            return;
        }
        paused = !wanted;
        if (deadline != null && wanted) {
            deadline.resume();
        } else if (deadline != null) {
            deadline.pause();
        }
        if (!ended) {
            link.channel().config().setAutoRead(wanted);
        }
        if (wanted && (ended || held != null)) {
            // Not now: the caller may be handling a frame.
            link.nettyLoop().netty().execute(this::deliverHeld);
        }
    }

    /** Decodes a chunk, which is valid during this call only. */
    void read(ByteBuffer chunk) {
        if (paused || delivering || held != null) {
            if (held == null) {
                held = new ArrayDeque<>(2);
            }
            held.add(Frame.copyOf(chunk));
        } else {
            decode(() -> decoder.read(chunk, this));
        }
    }

    void ended() {
        if (!ended) {
            ended = true;
            deliverHeld();
        }
    }

    private void deliverHeld() {
        while (!paused && !delivering && held != null) {
            Frame chunk = held.poll();
            if (chunk == null) {
                held = null;
            } else {
                decode(() -> decoder.read(chunk, this));
            }
        }
        if (ended && !paused && !delivering && held == null) {
            link.streamEnded();
        }
    }

    private void count() {
        if (!link.isOpen()) {
            return;
        }
        if (unfinished != null) {
            unfinished.update(decoder.allocated());
        }
        if (deadline != null) {
            deadline.update(decoder.allocated() > 0);
        }
    }

    private void timedOut(Duration messageTimeout) {
        if (link.isOpen()) {
            link.messageTimedOut(new DeadlineExceededException(
                    "a message from " + link.peer() + " was not complete within " + messageTimeout.toMillis() + " ms"));
        }
    }

    /** Releases the limit shared with other links; the channel is closed. */
    void release() {
        if (deadline != null) {
            deadline.stop();
        }
        if (unfinished != null) {
            unfinished.end();
        }
    }

    private void decode(Runnable reading) {
        if (!link.isOpen()) {
            return;
        }
        delivering = true;
        try {
            reading.run();
            count();
        } catch (FrameTooLongException | ProtocolViolationException | TransportException violation) {
            link.violated(violation);
        } catch (Throwable failure) {
            link.handlerFailed(failure);
        } finally {
            delivering = false;
        }
    }

    @Override
    public boolean frame(Frame frame) {
        if (deadline != null) {
            deadline.completed();
        }
        if (link.isOpen()) {
            link.deliver(frame);
        }
        return link.isOpen();
    }

    @Override
    public boolean bytes(ByteBuffer chunk) {
        if (link.isOpen()) {
            link.deliver(chunk);
        }
        return link.isOpen();
    }
}
