package io.heliograph.endpoint;

import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of publications for one slow consumer, behind the queue of its link. Of {@code maxQueuedBytes}, one half is for the
 * link, with responses and publications in order, and one half for the publications here, which can be dropped. Event loop only.
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

    /** Overhead of a publication besides its bytes, which other connections share. */
    private static final int OVERHEAD = 64;

    private final int limit;
    private final boolean conflate;

    // In order of arrival. An entry without a frame is dropped and skipped.
    private final ArrayDeque<Entry> order = new ArrayDeque<>();
    private final Map<String, ArrayDeque<Entry>> byChannel = new HashMap<>();
    private long bytes;
    private int droppedEntries;

    private static final class Entry {
        final String channel;

        @Nullable
        Frame frame;

        Entry(String channel, Frame frame) {
            this.channel = channel;
            this.frame = frame;
        }
    }

    /**
     * Creates a queue.
     *
     * @param maxQueuedBytes limit of the connection, of which this queue takes one half
     * @param conflate whether only the newest publication of each channel is queued
     */
    public PendingPublications(int maxQueuedBytes, boolean conflate) {
        this.limit = maxQueuedBytes / 2;
        this.conflate = conflate;
    }

    /** Returns whether the link has room for a publication, which it always has while its queue is empty. */
    public static boolean hasRoom(long linkBytes, Frame frame, int maxQueuedBytes) {
        return linkBytes == 0 || linkBytes + frame.length() <= maxQueuedBytes / 2;
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

    /**
     * Enqueues a publication, dropping others if necessary.
     *
     * @return the number of dropped publications, or -1 if the queue is full and nothing can be dropped
     */
    public int add(String channel, Frame frame) {
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
            dropped += dropOldest(byChannel.get(order.element().channel));
            compact();
        }
        Entry entry = new Entry(channel, frame);
        same.add(entry);
        byChannel.putIfAbsent(channel, same);
        order.add(entry);
        bytes += weight(frame);
        compact();
        return dropped;
    }

    private boolean hasRoom(Frame frame) {
        return bytes == 0 || bytes + weight(frame) <= limit;
    }

    private static int weight(Frame frame) {
        return frame.length() + OVERHEAD;
    }

    private int dropOldest(@Nullable ArrayDeque<Entry> channel) {
        Entry oldest = channel == null ? null : channel.poll();
        if (oldest == null || oldest.frame == null) {
            return 0;
        }
        bytes -= weight(oldest.frame);
        oldest.frame = null;
        droppedEntries++;
        return 1;
    }

    /** Removes dropped entries at the head, and all of them if they are the majority. */
    private void compact() {
        while (!order.isEmpty() && order.element().frame == null) {
            order.remove();
            droppedEntries--;
        }
        if (droppedEntries > 32 && droppedEntries > order.size() / 2) {
            order.removeIf(entry -> entry.frame == null);
            droppedEntries = 0;
        }
    }

    /** Returns the oldest publication, or null. */
    public @Nullable Frame peek() {
        compact();
        Entry first = order.peek();
        return first == null ? null : first.frame;
    }

    /** Removes and returns the oldest publication, or null. */
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
        Frame frame = first.frame;
        if (frame != null) {
            bytes -= weight(frame);
        }
        return frame;
    }

    /** Drops the publications of a channel after its unsubscription. */
    public void forget(String channel) {
        ArrayDeque<Entry> same = byChannel.remove(channel);
        if (same != null) {
            while (dropOldest(same) == 1) {
                // drop all
            }
            compact();
        }
    }

    public void clear() {
        order.clear();
        byChannel.clear();
        bytes = 0;
        droppedEntries = 0;
    }
}
