package io.heliograph.endpoint;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Overflow;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameEncoder;
import io.heliograph.frame.Framing;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The frames that wait to be written to one link, within a limit.
 *
 * <p>Any thread offers; only the link's loop takes. Frames are kept as they were given, shared with other queues, and get
 * their framing when they are copied out.
 *
 * <p>The limit counts the bytes on the wire of all frames that were accepted and not {@link #written} yet. A frame longer than
 * the limit is accepted when nothing waits. Because a short frame takes more memory than its bytes, there is a limit to the
 * number of frames too: one for each 64 bytes of the limit, and 1024 at least.
 *
 * <p>What a protocol says about the link itself, such as a pong, is {@linkplain #urgent urgent}: it passes the frames that wait,
 * and takes no room from them.
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

    /** The most frames whose room is kept when all are gone. */
    private static final int MANY = 64;

    private final FrameEncoder framing;
    private final int limit;
    private final int maxFrames;
    private final Overflow overflow;

    // Guarded by this.
    private final FrameDeque waiting = new FrameDeque();
    private long queued;
    private long outside;
    private long outsideCopied;
    private int most;
    private int droppedFrames;
    private long droppedBytes;
    private boolean closed;

    // The loop's own: taken from waiting, and how far the first of them has been copied.
    private final FrameDeque taken = new FrameDeque();
    private int position;

    // The loop's own: what goes next, what goes last, and what goes now with how far it has been
    // copied.
    private @Nullable Frame urgent;
    private @Nullable Frame last;
    private @Nullable Frame outsider;
    private int outsiderPosition;
    private boolean lastTaken;

    /**
     * @param limit the number of bytes that may wait; positive
     */
    public OutboundQueue(FrameEncoder framing, int limit, Overflow overflow) {
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
        most = Math.max(most, waiting.size());
        queued += size;
        return Offer.ACCEPTED;
    }

    /**
     * Has bytes written before the frames that wait, as they are. They replace what was urgent before and has not begun to be
     * copied, so that there is never more than one. Nothing happens after what {@link #end(Frame)} was given. On the loop
     * only.
     *
     * @param bytes a few, in the form they have on the wire
     */
    public void urgent(Frame bytes) {
        if (!lastTaken) {
            count(bytes.length() - (urgent == null ? 0 : urgent.length()));
            urgent = bytes;
        }
    }

    private synchronized void count(int more) {
        outside += more;
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
            waiting.poll();
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
            if (position == 0 && nextOutsider()) {
                copyOutsider(target);
                continue;
            }
            Frame frame = taken.peek();
            if (frame == null) {
                break;
            }
            position = framing.write(frame, position, target);
            if (position == framing.encodedLength(frame.length())) {
                taken.poll();
                position = 0;
            }
        }
        if (taken.isEmpty()) {
            shrink();
        }
        return !taken.isEmpty() || hasWaiting();
    }

    /** Whether something else than a frame is to be copied now. */
    private boolean nextOutsider() {
        if (outsider == null && urgent != null) {
            outsider = urgent;
            urgent = null;
        } else if (outsider == null && last != null && taken.isEmpty() && !hasWaiting()) {
            outsider = last;
            last = null;
            lastTaken = true;
        }
        return outsider != null;
    }

    private void copyOutsider(ByteBuffer target) {
        Frame bytes = outsider;
        if (bytes != null) {
            int before = outsiderPosition;
            outsiderPosition = Framing.none().write(bytes, before, target);
            outsideCopied(outsiderPosition - before);
            if (outsiderPosition == bytes.length()) {
                outsider = null;
                outsiderPosition = 0;
            }
        }
    }

    private synchronized void outsideCopied(int bytes) {
        outsideCopied += bytes;
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

    /** Gives back the room that a burst has taken; the links that are idle are many. */
    private synchronized void shrink() {
        if (waiting.isEmpty() && most > MANY) {
            most = 0;
            waiting.clear();
            taken.clear();
        }
    }

    /** Reports that the operating system has taken {@code bytes} of what was copied. */
    public synchronized void written(long bytes) {
        long others = Math.min(bytes, outsideCopied);
        outsideCopied -= others;
        outside -= others;
        // A write that was under way when the queue was cleared counts no more.
        queued -= Math.min(bytes - others, queued);
    }

    /** Bytes accepted and not written yet. */
    public synchronized long queuedBytes() {
        return queued + outside;
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

    /**
     * Refuses frames from now on, and has {@code bytes} written as they are when those accepted are copied out. On the loop
     * only, once.
     */
    public void end(Frame bytes) {
        end();
        last = bytes;
        count(bytes.length());
    }

    /** Refuses frames from now on and forgets those accepted. On the loop only. */
    public synchronized void clear() {
        closed = true;
        waiting.clear();
        taken.clear();
        position = 0;
        queued = 0;
        outside = 0;
        outsideCopied = 0;
        urgent = null;
        last = null;
        outsider = null;
        outsiderPosition = 0;
        lastTaken = true;
    }

    /** Frames dropped to make room, and their bytes on the wire. */
    public record Dropped(int frames, long bytes) {
        static final Dropped NONE = new Dropped(0, 0);
    }
}
