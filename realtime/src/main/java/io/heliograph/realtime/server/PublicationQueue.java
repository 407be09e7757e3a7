package io.heliograph.realtime.server;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.SlowConsumer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The publications that wait for one socket that does not keep up, within a limit, for {@link
 * SlowConsumer#DROP_OLDEST_PER_CHANNEL} and {@link SlowConsumer#CONFLATE_PER_CHANNEL}. The loop's own.
 */
final class PublicationQueue {

    /** What one takes beside its bytes, which it shares with other sockets. */
    private static final int OVERHEAD = 64;

    private final int limit;
    private final boolean conflate;

    // In the order of arrival. An entry whose frame is null was dropped, and is passed over.
    private final ArrayDeque<Entry> order = new ArrayDeque<>();
    private final Map<String, ArrayDeque<Entry>> byChannel = new HashMap<>();
    private long bytes;
    private int dead;

    private static final class Entry {
        final String channel;

        @Nullable
        Frame frame;

        Entry(String channel, Frame frame) {
            this.channel = channel;
            this.frame = frame;
        }
    }

    PublicationQueue(int limit, boolean conflate) {
        this.limit = limit;
        this.conflate = conflate;
    }

    boolean isEmpty() {
        return order.size() == dead;
    }

    long bytes() {
        return bytes;
    }

    int size() {
        return order.size() - dead;
    }

    /**
     * Adds a publication, dropping others for it.
     *
     * @return how many were dropped, or -1 if it found no room because nothing may be dropped any more
     */
    int add(String channel, Frame frame) {
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
        dead++;
        return 1;
    }

    /** Forgets the dropped at the head, and all of them when they are most. */
    private void compact() {
        while (!order.isEmpty() && order.element().frame == null) {
            order.remove();
            dead--;
        }
        if (dead > 32 && dead > order.size() / 2) {
            order.removeIf(entry -> entry.frame == null);
            dead = 0;
        }
    }

    /** The oldest, or null. */
    @Nullable
    Frame peek() {
        compact();
        Entry first = order.peek();
        return first == null ? null : first.frame;
    }

    /** Takes the oldest, or null. */
    @Nullable
    Frame poll() {
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

    /** Forgets those of a channel that the socket has left. */
    void forget(String channel) {
        ArrayDeque<Entry> same = byChannel.remove(channel);
        if (same != null) {
            while (dropOldest(same) == 1) {
                // all of them
            }
            compact();
        }
    }

    void clear() {
        order.clear();
        byChannel.clear();
        bytes = 0;
        dead = 0;
    }
}
