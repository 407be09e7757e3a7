package io.heliograph.transport.netty;

import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.transport.LinkOptions;
import java.util.ArrayDeque;

/**
 * The way in of a link: cuts what was read into frames, and holds back what arrives while reading is stopped. All on the loop.
 *
 * <p>Something may arrive then: Netty's epoll transport reads to the end when the peer has ended its output. It is no more
 * than the receive buffer of the socket held.
 */
final class Inbound {

    private final NettyLink link;
    private final FrameDecoder decoder;
    private final FrameDecoder.Sink sink = this::frame;
    private final Runnable deliverHeld = this::deliverHeld;

    private final ArrayDeque<byte[]> held = new ArrayDeque<>();
    private boolean paused;
    private boolean ended;
    private boolean delivering;

    Inbound(NettyLink link, LinkOptions options) {
        this.link = link;
        this.decoder = options.framing().decoder(options.maxFrameBytes());
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether the end of the stream has been read, though perhaps not delivered. */
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
        if (wanted && (ended || !held.isEmpty())) {
            // Not now: the caller may be in the middle of a frame.
            link.nettyLoop().netty().execute(deliverHeld);
        }
    }

    void read(byte[] chunk) {
        if (paused || delivering || !held.isEmpty()) {
            held.add(chunk);
        } else {
            decode(chunk);
        }
    }

    void ended() {
        if (!ended) {
            ended = true;
            deliverHeld();
        }
    }

    private void deliverHeld() {
        while (!paused && !delivering && !held.isEmpty()) {
            decode(held.remove());
        }
        if (ended && !paused && !delivering && held.isEmpty()) {
            link.inputEnded();
        }
    }

    private void decode(byte[] chunk) {
        if (!link.isOpen()) {
            return;
        }
        delivering = true;
        try {
            decoder.read(Frame.of(chunk), sink);
        } catch (FrameTooLongException tooLong) {
            link.close(new CloseReason.Failed(tooLong));
        } catch (Throwable failure) {
            link.handlerFailed(failure);
        } finally {
            delivering = false;
        }
    }

    private boolean frame(Frame frame) {
        if (!link.isOpen()) {
            return false;
        }
        link.deliver(frame);
        return link.isOpen();
    }
}
