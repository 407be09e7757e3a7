package io.heliograph.transport;

import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;

/** Handler of the events of a link. Event loop only; a method must not block or throw. */
public interface LinkHandler {

    /** Handles a frame, whose bytes stay valid. No frame follows {@link #closed} or a call of {@link Link#close}. */
    void frame(Link link, Frame frame);

    /**
     * Handles bytes of a link without framing, which are valid during this call only. A link calls this method instead of {@link
     * #frame} where that saves a copy; the default copies them.
     */
    default void bytes(Link link, ByteBuffer chunk) {
        frame(link, Frame.copyOf(chunk));
    }

    /**
     * Handles the end of the input: no frame follows. The link is still open for sending. The default ends the output too, which
     * closes the link after its queue is written.
     */
    default void inputEnded(Link link) {
        link.end();
    }

    /**
     * Reports that queued bytes have been handed to the operating system, once per flush. {@link Link#queuedBytes()} is up to
     * date. A flush that finds an empty queue, or a full socket buffer, is not reported.
     */
    default void written(Link link) {}

    /** Reports accepted frames that {@link io.heliograph.Overflow#DROP_OLDEST} dropped to make room. */
    default void dropped(Link link, int frames, long bytes) {}

    /**
     * Reports that the link has closed; nothing follows. The reason is {@link CloseReason.Local} after {@link Link#close} with it
     * or if this side ended its output first, {@link CloseReason.Remote} if the peer ended first, and {@link CloseReason.Failed}
     * otherwise: a system error, a frame too long, a queue overflow.
     */
    void closed(Link link, CloseReason reason);
}
