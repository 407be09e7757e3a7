package io.heliograph.endpoint;

import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of publications for one slow consumer, behind the queue of its link. Of {@code maxQueuedBytes}, one half is for the
 * link, with responses and publications in order, and one half for the publications here, which can be dropped. Event loop only.
 *
 * <p>A dropped publication with a position becomes a gap; consecutive gaps of a channel become one.
 */
public final class PendingPublications {

    /** Policy for a slow consumer. Only publications are dropped. */
    public enum Policy {

        /** The slow consumer is disconnected. */
        CLOSE,

        /** The oldest queued publication of the channel is dropped for a newer one, or else the oldest of any channel. */
        DROP_OLDEST,

        /** Only the newest publication of each channel is queued. A slow consumer is disconnected if even these exceed the limit. */
        CONFLATE
    }

    /**
     * Report of missing publications to one consumer.
     *
     * @param position position after which delivery continues
     * @param reason reason in messages: {@code queue-full} or {@code conflated} for publications that this queue drops
     */
    public record Gap(String channel, String position, String reason) {}

    /** Overhead of a publication besides its bytes, which other connections share. */
    private static final int OVERHEAD = 64;

    private final int limit;
    private final boolean conflate;
    private final Function<? super Gap, Frame> gaps;

    // In order of arrival. An entry without a frame is dropped and skipped.
    private final ArrayDeque<Entry> order = new ArrayDeque<>();
    private final Map<String, ArrayDeque<Entry>> byChannel = new HashMap<>();
    private long bytes;
    private int droppedEntries;

    private static final class Entry {
        final String channel;

        /** Null for a subscription without positions. */
        final @Nullable String position;

        @Nullable
        Frame frame;

        /** The gap in place of a publication. No two gaps of a channel follow each other, so gaps have no weight. */
        @Nullable
        Gap gap;

        Entry(String channel, @Nullable String position, @Nullable Frame frame, @Nullable Gap gap) {
            this.channel = channel;
            this.position = position;
            this.frame = frame;
            this.gap = gap;
        }

        boolean isDropped() {
            return frame == null && gap == null;
        }
    }

    /**
     * Creates a queue of publications without positions.
     *
     * @param maxQueuedBytes limit of the connection, of which this queue takes one half
     * @param conflate whether only the newest publication of each channel is queued
     */
    public PendingPublications(int maxQueuedBytes, boolean conflate) {
        this(maxQueuedBytes, conflate, gap -> {
            throw new IllegalStateException("no encoder of gaps");
        });
    }

    /**
     * Creates a queue.
     *
     * @param maxQueuedBytes limit of the connection, of which this queue takes one half
     * @param conflate whether only the newest publication of each channel is queued
     * @param gaps encoder of gaps
     */
    public PendingPublications(int maxQueuedBytes, boolean conflate, Function<? super Gap, Frame> gaps) {
        this.limit = maxQueuedBytes / 2;
        this.conflate = conflate;
        this.gaps = gaps;
    }

    /** Returns whether the link has room for a publication, which it always has while its queue is empty. */
    public static boolean hasRoom(long linkBytes, Frame frame, int maxQueuedBytes) {
        return linkBytes == 0 || linkBytes + frame.length() <= maxQueuedBytes / 2;
    }

    /**
     * Returns whether missed publications must wait until a slow consumer reads.
     *
     * @param queuedBytes bytes queued for the connection: more than a quarter of the limit is too much
     */
    public static boolean isBehind(long queuedBytes, long maxQueuedBytes) {
        return queuedBytes > maxQueuedBytes / 4;
    }

    public boolean isEmpty() {
        return order.size() == droppedEntries;
    }

    /** Returns the bytes of the queued publications, with 64 bytes of overhead each. */
    public long bytes() {
        return bytes;
    }

    public int size() {
        return order.size() - droppedEntries;
    }

    /** Enqueues a publication without a position; see {@link #add(String, String, Frame)}. */
    public int add(String channel, Frame frame) {
        return add(channel, null, frame);
    }

    /**
     * Enqueues a publication, dropping others if necessary.
     *
     * @param position position of the publication; null for a subscription without positions
     * @return the number of dropped publications, or -1 if the queue is full and nothing can be dropped
     */
    public int add(String channel, @Nullable String position, Frame frame) {
        int dropped = 0;
        ArrayDeque<Entry> same = byChannel.computeIfAbsent(channel, name -> new ArrayDeque<>(2));
        if (conflate) {
            dropped += dropOldest(same);
        }
        while (!hasRoom(frame) && dropOldest(same) == 1) {
            dropped++;
        }
        while (!hasRoom(frame)) {
            if (conflate) {
                return -1;
            }
            dropped += dropOldest(byChannel.get(oldestChannel()));
            compact();
        }
        Entry entry = new Entry(channel, position, frame, null);
        same.add(entry);
        byChannel.putIfAbsent(channel, same);
        order.add(entry);
        bytes += weight(frame);
        compact();
        return dropped;
    }

    /** Enqueues a gap. */
    public void add(Gap gap) {
        ArrayDeque<Entry> same = byChannel.computeIfAbsent(gap.channel(), name -> new ArrayDeque<>(2));
        Entry last = same.peekLast();
        if (last != null && last.gap != null) {
            last.gap = joined(last.gap, gap.position());
            return;
        }
        Entry entry = new Entry(gap.channel(), gap.position(), null, gap);
        same.add(entry);
        order.add(entry);
    }

    private static Gap joined(Gap first, String end) {
        return new Gap(first.channel(), end, first.reason());
    }

    private String oldestChannel() {
        for (Entry entry : order) {
            if (entry.frame != null) {
                return entry.channel;
            }
        }
        throw new IllegalStateException("no publication in a queue of " + bytes + " bytes");
    }

    private boolean hasRoom(Frame frame) {
        return bytes == 0 || bytes + weight(frame) <= limit;
    }

    private static int weight(Frame frame) {
        return frame.length() + OVERHEAD;
    }

    private int dropOldest(@Nullable ArrayDeque<Entry> channel) {
        Entry head = channel == null ? null : channel.poll();
        if (channel == null || head == null) {
            return 0;
        }
        Gap before = head.gap;
        Entry oldest = before == null ? head : channel.poll();
        if (oldest == null || oldest.frame == null) {
            channel.addFirst(head);
            return 0;
        }
        if (before != null) {
            remove(head);
        }
        bytes -= weight(oldest.frame);
        oldest.frame = null;
        if (oldest.position == null) {
            remove(oldest);
            return 1;
        }
        Gap gap = before == null
                ? new Gap(oldest.channel, oldest.position, conflate ? "conflated" : "queue-full")
                : joined(before, oldest.position);
        Entry next = channel.peek();
        if (next != null && next.gap != null) {
            next.gap = joined(gap, next.gap.position());
            remove(oldest);
        } else {
            oldest.gap = gap;
            channel.addFirst(oldest);
        }
        return 1;
    }

    /** Leaves an entry in the order, without a publication or a gap. */
    private void remove(Entry entry) {
        entry.gap = null;
        entry.frame = null;
        droppedEntries++;
    }

    /** Removes dropped entries at the head, and all of them if they are the majority. */
    private void compact() {
        while (!order.isEmpty() && order.element().isDropped()) {
            order.remove();
            droppedEntries--;
        }
        if (droppedEntries > 32 && droppedEntries > order.size() / 2) {
            order.removeIf(Entry::isDropped);
            droppedEntries = 0;
        }
    }

    /** Returns the oldest publication or gap, or null. */
    public @Nullable Frame peek() {
        compact();
        Entry first = order.peek();
        return first == null ? null : frame(first);
    }

    private @Nullable Frame frame(Entry entry) {
        return entry.gap == null ? entry.frame : gaps.apply(entry.gap);
    }

    /** Removes and returns the oldest publication or gap, or null. */
    public @Nullable Frame poll() {
        compact();
        Entry first = order.poll();
        if (first == null) {
            return null;
        }
        ArrayDeque<Entry> same = byChannel.get(first.channel);
        if (same != null) {
            same.poll();
            if (same.isEmpty()) {
                byChannel.remove(first.channel);
            }
        }
        if (first.frame != null) {
            bytes -= weight(first.frame);
        }
        return frame(first);
    }

    /** Drops the publications and gaps of a channel after its unsubscription. */
    public void forget(String channel) {
        ArrayDeque<Entry> same = byChannel.remove(channel);
        if (same == null) {
            return;
        }
        for (Entry entry : same) {
            if (entry.frame != null) {
                bytes -= weight(entry.frame);
            }
            remove(entry);
        }
        compact();
    }

    public void clear() {
        order.clear();
        byChannel.clear();
        bytes = 0;
        droppedEntries = 0;
    }
}
