package io.heliograph.transport;

import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;

/** What a protocol does with a link. All methods are called on the link's loop, and must not block or throw. */
public interface LinkHandler {

    /** A frame has arrived. Its bytes stay valid. None arrives after {@link #closed}, or after the link was told to close. */
    void frame(Link link, Frame frame);

    /**
     * Bytes have arrived on a link without framing, and are valid during this call only. A link calls this instead of {@link
     * #frame} where it saves a copy; the default makes one.
     */
    default void bytes(Link link, ByteBuffer chunk) {
        frame(link, Frame.copyOf(chunk));
    }

    /**
     * The peer has ended its output: no frame will come. The link is still open for sending, and the handler decides; the
     * default ends the output too, so that the link closes when all is written.
     */
    default void inputEnded(Link link) {
        link.end();
    }

    /**
     * Reports that queued bytes have been handed to the operating system, once per flush. {@link Link#queuedBytes()} is up to
     * date. A flush that finds an empty queue, or a full socket buffer, is not reported.
     */
    default void written(Link link) {}

    /** Frames that had been accepted were dropped to make room, by {@link io.heliograph.Overflow#DROP_OLDEST}. */
    default void dropped(Link link, int frames, long bytes) {}

    /**
     * The link has ended; nothing follows. {@link CloseReason.Local} after {@link Link#close} with it or after both sides
     * ended in order and this side was first, {@link CloseReason.Remote} if the peer was first, {@link CloseReason.Failed}
     * for all else: a system error, a frame too long, a queue that overflowed.
     */
    void closed(Link link, CloseReason reason);
}
