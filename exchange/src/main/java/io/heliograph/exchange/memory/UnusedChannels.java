package io.heliograph.exchange.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Channels without subscribers and history, whose heads are kept for a while: a subscriber that returns learns whether it has missed
 * anything. Keeps at most 100,000 channels for five minutes. Thread-safe.
 *
 * @param <C> type of a channel
 */
final class UnusedChannels<C> {

    static final Duration RETENTION = Duration.ofMinutes(5);
    static final int MAX_CHANNELS = 100_000;

    private final LongSupplier nanoTime;

    // Channels with the time of their last use, the earliest first. Guarded by this.
    private final Map<C, Long> unused = new LinkedHashMap<>();

    UnusedChannels(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Adds a channel.
     *
     * @return channels that are not kept any more
     */
    synchronized List<C> add(C channel) {
        unused.putIfAbsent(channel, nanoTime.getAsLong());
        return expire();
    }

    /** Removes a channel that is used again. */
    synchronized void remove(C channel) {
        unused.remove(channel);
    }

    /** Removes and returns the channels beyond the limits. */
    synchronized List<C> expire() {
        long oldest = nanoTime.getAsLong() - RETENTION.toNanos();
        List<C> expired = new ArrayList<>(0);
        Iterator<Map.Entry<C, Long>> eldest = unused.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<C, Long> next = eldest.next();
            if (next.getValue() - oldest > 0 && unused.size() <= MAX_CHANNELS) {
                break;
            }
            expired.add(next.getKey());
            eldest.remove();
        }
        return expired;
    }

    synchronized int size() {
        return unused.size();
    }

    synchronized void clear() {
        unused.clear();
    }
}
