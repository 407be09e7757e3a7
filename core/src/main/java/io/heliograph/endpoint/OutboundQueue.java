package io.heliograph.endpoint;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Overflow;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameEncoder;
import io.heliograph.frame.Framing;
import io.heliograph.transport.LinkStats;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of the frames to be written to one link.
 *
 * <p>Any thread may offer frames; only the event loop of the link copies them out. Frames are stored without framing, shared with
 * the queues of other links, and framed when they are copied.
 *
 * <p>The limit counts the bytes on the wire of all accepted frames that are not {@link #written} yet. A frame that is longer than
 * the limit is accepted if the queue is empty. Because a short frame takes more memory than its bytes, the number of frames is
 * limited too: one per 64 bytes of the limit, and at least 1024.
 *
 * <p>A control frame of the protocol, such as a pong, is {@linkplain #urgent urgent}: it overtakes queued frames and does not
 * count against the limit.
 */
public final class OutboundQueue {

    /** Outcome of an offer. */
    public enum Offer {
        ACCEPTED,

        /** Rejected: the queue is full or closed. */
        REFUSED,

        /** Rejected: the queue is full, and the link must be closed. */
        OVERFLOWED
    }

    private static final int BYTES_PER_FRAME = 64;
    private static final int MIN_FRAMES = 1024;

    /** Maximum number of frames whose capacity is kept when the queue becomes empty. */
    private static final int KEPT_CAPACITY = 64;

    private final FrameEncoder framing;
    private final int limit;
    private final int maxFrames;
    private final Overflow overflow;

    // Guarded by this.
    private final FrameDeque pending = new FrameDeque();
    private long queued;
    private long acceptedFrames;
    private long acceptedBytes;
    private long controlBytes;
    private long controlCopied;
    private int maxPending;
    private int droppedFrames;
    private long droppedBytes;
    private boolean closed;

    // Event loop only: frames taken from `pending`, and the offset up to which the first of them has been copied.
    private final FrameDeque taken = new FrameDeque();
    private int position;

    // Event loop only: the urgent control frame, the final close frame, and the partially copied frame with its offset.
    private @Nullable Frame urgent;
    private @Nullable Frame last;
    private @Nullable Frame control;
    private int controlPosition;
    private boolean lastTaken;

    /**
     * Creates an empty queue.
     *
     * @param limit maximum number of bytes that may be queued; must be positive
     */
    public OutboundQueue(FrameEncoder framing, int limit, Overflow overflow) {
        this.framing = framing;
        this.limit = positive("limit", limit);
        this.maxFrames = Math.max(MIN_FRAMES, limit / BYTES_PER_FRAME);
        this.overflow = overflow;
    }

    /** Enqueues a frame, or rejects it. Thread-safe. */
    public synchronized Offer offer(Frame frame) {
        if (closed) {
            return Offer.REFUSED;
        }
        long size = framing.encodedLength(frame.length());
        if (size == 0) {
            // No bytes to write, and none to count.
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
        pending.add(frame);
        maxPending = Math.max(maxPending, pending.size());
        queued += size;
        acceptedFrames++;
        acceptedBytes += size;
        return Offer.ACCEPTED;
    }

    /**
     * Sets the urgent control frame, which is written before all queued frames. It replaces an urgent frame that has not begun to
     * be copied, so that at most one is pending. Ignored after the frame of {@link #end(Frame)}. Event loop only.
     *
     * @param bytes a short frame in its form on the wire
     */
    public void urgent(Frame bytes) {
        if (!lastTaken) {
            count(bytes.length() - (urgent == null ? 0 : urgent.length()));
            urgent = bytes;
        }
    }

    private synchronized void count(int more) {
        controlBytes += more;
    }

    /**
     * Returns whether a frame of {@code size} bytes fits after the oldest {@code frames} frames, {@code bytes} bytes in
     * total, are dropped.
     */
    private boolean hasRoom(long size, int frames, long bytes) {
        long left = queued - bytes;
        return left == 0 || (left + size <= limit && pending.size() - frames < maxFrames);
    }

    /** Drops the oldest frames until {@code size} bytes fit; false if frames that are being copied are in the way. */
    private boolean dropFor(long size) {
        long bytes = 0;
        int count = 0;
        for (Frame frame : pending) {
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
            pending.poll();
        }
        queued -= bytes;
        droppedFrames += count;
        droppedBytes += bytes;
        return true;
    }

    /**
     * Copies as many framed bytes into {@code target} as fit. Copied bytes count as queued until they are {@link #written}. Event
     * loop only.
     *
     * @return whether bytes are left to copy
     */
    public boolean copyTo(ByteBuffer target) {
        take(target.remaining());
        while (target.hasRemaining()) {
            if (position == 0 && nextControl()) {
                copyControl(target);
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
        return control != null || urgent != null || last != null || !taken.isEmpty() || hasPending();
    }

    /** Returns whether a control frame is to be copied next. */
    private boolean nextControl() {
        if (control == null && urgent != null) {
            control = urgent;
            urgent = null;
        } else if (control == null && last != null && taken.isEmpty() && !hasPending()) {
            control = last;
            last = null;
            lastTaken = true;
        }
        return control != null;
    }

    private void copyControl(ByteBuffer target) {
        Frame bytes = control;
        if (bytes != null) {
            int before = controlPosition;
            controlPosition = Framing.none().write(bytes, before, target);
            countCopied(controlPosition - before);
            if (controlPosition == bytes.length()) {
                control = null;
                controlPosition = 0;
            }
        }
    }

    private synchronized void countCopied(int bytes) {
        controlCopied += bytes;
    }

    /** Takes frames until they fill {@code room} bytes, so that copying happens outside the lock. */
    private synchronized void take(int room) {
        long ready = -position;
        for (Frame frame : taken) {
            ready += framing.encodedLength(frame.length());
        }
        while (ready < room) {
            Frame frame = pending.poll();
            if (frame == null) {
                return;
            }
            taken.add(frame);
            ready += framing.encodedLength(frame.length());
        }
    }

    /** Returns the number of queued frames that have not begun to be copied. */
    synchronized int pendingFrames() {
        return pending.size();
    }

    private synchronized boolean hasPending() {
        return !pending.isEmpty();
    }

    /** Releases the capacity that a burst has needed, because most links are idle. */
    private synchronized void shrink() {
        if (pending.isEmpty() && maxPending > KEPT_CAPACITY) {
            maxPending = 0;
            pending.clear();
            taken.clear();
        }
    }

    /** Removes copied bytes that the operating system has accepted. */
    public synchronized void written(long bytes) {
        long control = Math.min(bytes, controlCopied);
        controlCopied -= control;
        controlBytes -= control;
        // A write that was pending when the queue was cleared no longer counts.
        queued -= Math.min(bytes - control, queued);
    }

    /** Returns the bytes that are accepted and not written yet. */
    public synchronized long queuedBytes() {
        return queued + controlBytes;
    }

    /** Returns the counters of the link of this queue, with those that the caller has for its input. */
    public synchronized LinkStats stats(long framesReceived, long bytesReceived) {
        return new LinkStats(framesReceived, bytesReceived, acceptedFrames, acceptedBytes, queued + controlBytes);
    }

    /** Returns and resets the number of dropped frames and bytes. */
    public synchronized Dropped takeDropped() {
        if (droppedFrames == 0) {
            return Dropped.NONE;
        }
        Dropped dropped = new Dropped(droppedFrames, droppedBytes);
        droppedFrames = 0;
        droppedBytes = 0;
        return dropped;
    }

    /** Rejects further frames; accepted frames can still be copied. */
    public synchronized void end() {
        closed = true;
    }

    /**
     * Rejects further frames, and sets the final frame, which is written after all accepted frames. Called once. Event loop only.
     *
     * @param bytes a frame in its form on the wire
     */
    public void end(Frame bytes) {
        end();
        last = bytes;
        count(bytes.length());
    }

    /** Rejects further frames and drops accepted frames. Event loop only. */
    public synchronized void clear() {
        closed = true;
        pending.clear();
        taken.clear();
        position = 0;
        queued = 0;
        controlBytes = 0;
        controlCopied = 0;
        urgent = null;
        last = null;
        control = null;
        controlPosition = 0;
        lastTaken = true;
    }

    /** Number of dropped frames, and of their bytes on the wire. */
    public record Dropped(int frames, long bytes) {
        static final Dropped NONE = new Dropped(0, 0);
    }
}
