package io.heliograph.connection;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Overflow;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The frames that wait to be written to one link, within a limit.
 *
 * <p>Any thread offers; only the link's loop takes. Frames are kept as they were given, shared with other queues, and get
 * their framing when they are copied out.
 *
 * <p>The limit counts the bytes on the wire of all frames that were accepted and not {@link #written} yet. A frame longer than
 * the limit is accepted when nothing waits. Because a short frame takes more memory than its bytes, there is a limit to the
 * number of frames too: one for each 64 bytes of the limit, and 1024 at least.
 */
public final class OutboundQueue {

    /** What became of a frame. */
    public enum Offer {
        ACCEPTED,

        /** There was no room, or the queue is closed. */
        REFUSED,

        /** There was no room, and the link is to be closed for it. */
        OVERFLOWED
    }

    private static final int BYTES_OF_A_FRAME = 64;
    private static final int FEWEST_FRAMES = 1024;

    private final Framing framing;
    private final int limit;
    private final int maxFrames;
    private final Overflow overflow;

    // Guarded by this.
    private final ArrayDeque<Frame> waiting = new ArrayDeque<>();
    private long queued;
    private int droppedFrames;
    private long droppedBytes;
    private boolean closed;

    // The loop's own: taken from waiting, and how far the first of them has been copied.
    private final ArrayDeque<Frame> taken = new ArrayDeque<>();
    private int position;

    /**
     * @param limit the number of bytes that may wait; positive
     */
    public OutboundQueue(Framing framing, int limit, Overflow overflow) {
        this.framing = framing;
        this.limit = positive("limit", limit);
        this.maxFrames = Math.max(FEWEST_FRAMES, limit / BYTES_OF_A_FRAME);
        this.overflow = overflow;
    }

    public synchronized Offer offer(Frame frame) {
        if (closed) {
            return Offer.REFUSED;
        }
        long size = framing.encodedLength(frame.length());
        if (size == 0) {
            // Nothing to write, and nothing that the limit would count.
            return Offer.ACCEPTED;
        }
        if (!hasRoom(size, 0, 0)) {
            switch (overflow) {
                case REFUSE -> {
                    return Offer.REFUSED;
                }
                case CLOSE -> {
                    return Offer.OVERFLOWED;
                }
                case DROP_OLDEST -> {
                    if (!dropFor(size)) {
                        return Offer.REFUSED;
                    }
                }
            }
        }
        waiting.add(frame);
        queued += size;
        return Offer.ACCEPTED;
    }

    /** Whether {@code size} bytes have room once the oldest {@code frames}, of {@code bytes}, are gone. */
    private boolean hasRoom(long size, int frames, long bytes) {
        long left = queued - bytes;
        return left == 0 || (left + size <= limit && waiting.size() - frames < maxFrames);
    }

    /** Makes room for {@code size} bytes, if that can be done without touching frames that were taken. */
    private boolean dropFor(long size) {
        long bytes = 0;
        int count = 0;
        for (Frame frame : waiting) {
            if (hasRoom(size, count, bytes)) {
                break;
            }
            bytes += framing.encodedLength(frame.length());
            count++;
        }
        if (!hasRoom(size, count, bytes)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            waiting.remove();
        }
        queued -= bytes;
        droppedFrames += count;
        droppedBytes += bytes;
        return true;
    }

    /**
     * Copies framed bytes into {@code target}, as many as fit; they count as queued until they are reported as {@link
     * #written}. On the loop only.
     *
     * @return whether there is more
     */
    public boolean copyTo(ByteBuffer target) {
        take(target.remaining());
        while (target.hasRemaining()) {
            Frame frame = taken.peek();
            if (frame == null) {
                break;
            }
            position = framing.write(frame, position, target);
            if (position == framing.encodedLength(frame.length())) {
                taken.remove();
                position = 0;
            }
        }
        return !taken.isEmpty() || hasWaiting();
    }

    /** Takes frames until those taken fill {@code room} bytes, so that copying happens outside the lock. */
    private synchronized void take(int room) {
        long ready = -position;
        for (Frame frame : taken) {
            ready += framing.encodedLength(frame.length());
        }
        while (ready < room) {
            Frame frame = waiting.poll();
            if (frame == null) {
                return;
            }
            taken.add(frame);
            ready += framing.encodedLength(frame.length());
        }
    }

    /** How many frames wait that no byte of was taken. */
    synchronized int waitingFrames() {
        return waiting.size();
    }

    private synchronized boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Reports that the operating system has taken {@code bytes} of what was copied. */
    public synchronized void written(long bytes) {
        // A write that was under way when the queue was cleared counts no more.
        queued -= Math.min(bytes, queued);
    }

    /** Bytes accepted and not written yet. */
    public synchronized long queuedBytes() {
        return queued;
    }

    /** What was dropped since this was last asked. */
    public synchronized Dropped takeDropped() {
        if (droppedFrames == 0) {
            return Dropped.NONE;
        }
        Dropped dropped = new Dropped(droppedFrames, droppedBytes);
        droppedFrames = 0;
        droppedBytes = 0;
        return dropped;
    }

    /** Refuses frames from now on; those accepted can still be copied out. */
    public synchronized void end() {
        closed = true;
    }

    /** Refuses frames from now on and forgets those accepted. On the loop only. */
    public synchronized void clear() {
        closed = true;
        waiting.clear();
        taken.clear();
        position = 0;
        queued = 0;
    }

    /** Frames dropped to make room, and their bytes on the wire. */
    public record Dropped(int frames, long bytes) {
        static final Dropped NONE = new Dropped(0, 0);
    }
}
