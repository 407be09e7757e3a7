package io.heliograph.transport.netty;

import io.heliograph.ProtocolViolationException;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.transport.UnfinishedMessages;
import java.nio.ByteBuffer;
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

    private @Nullable ArrayDeque<Frame> held;
    private boolean paused;
    private boolean ended;
    private boolean delivering;

    /** @param unfinished counts the bytes of an unfinished frame; null for no limit beside that of the decoder */
    Inbound(NettyLink link, FrameDecoder decoder, UnfinishedMessages.@Nullable Account unfinished) {
        this.link = link;
        this.decoder = decoder;
        this.unfinished = unfinished;
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
        if (unfinished != null && link.isOpen()) {
            unfinished.update(decoder.allocated());
        }
    }

    /** Releases the limit shared with other links; the channel is closed. */
    void release() {
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
        } catch (FrameTooLongException
                | ProtocolViolationException
                | QueueFullException
                | TransportException violation) {
            link.violated(violation);
        } catch (Throwable failure) {
            link.handlerFailed(failure);
        } finally {
            delivering = false;
        }
    }

    @Override
    public boolean frame(Frame frame) {
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
