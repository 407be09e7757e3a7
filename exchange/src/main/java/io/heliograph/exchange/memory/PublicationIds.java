package io.heliograph.exchange.memory;

import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Recent publication ids with their positions: the last 16 of each publisher of a channel, for two minutes after the latest. Remembers at
 * most 10,000 publishers; a further one replaces the one that has published nothing for the longest time. Thread-safe.
 */
final class PublicationIds {

    static final Duration WINDOW = Duration.ofMinutes(2);
    static final int MAX_SEQUENCES = 16;
    static final int MAX_PUBLISHERS = 10_000;

    private record Key(String channel, String publisher) {}

    private static final class Sequences {
        final long[] numbers = new long[MAX_SEQUENCES];
        final @Nullable Position[] positions = new Position[MAX_SEQUENCES];
        int count;
        long highest = -1;
        long usedAt;
    }

    private final LongSupplier nanoTime;

    // Guarded by this. In the order of use.
    private final Map<Key, Sequences> publishers = new LinkedHashMap<>(16, 0.75f, true);

    PublicationIds(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Returns the position of an earlier publication with this id, or null if the id is new.
     *
     * @throws IllegalStateException if the sequence is below the highest of its publisher and not among its last ones, so that the outcome of
     *     the earlier publication is unknown
     */
    synchronized @Nullable Position find(String channel, PublicationId id) {
        expire();
        Sequences known = publishers.get(new Key(channel, id.publisher()));
        if (known == null) {
            return null;
        }
        for (int i = 0; i < Math.min(known.count, MAX_SEQUENCES); i++) {
            if (known.numbers[i] == id.sequence()) {
                return known.positions[i];
            }
        }
        if (id.sequence() < known.highest) {
            throw new IllegalStateException("the outcome of publication " + id.sequence()
                    + " is unknown (expected: one of the last " + MAX_SEQUENCES
                    + " sequences of its publisher, or a higher one than " + known.highest + ")");
        }
        return null;
    }

    synchronized void add(String channel, PublicationId id, Position position) {
        Sequences known = publishers.computeIfAbsent(new Key(channel, id.publisher()), key -> new Sequences());
        int slot = known.count++ % MAX_SEQUENCES;
        known.numbers[slot] = id.sequence();
        known.positions[slot] = position;
        known.highest = Math.max(known.highest, id.sequence());
        known.usedAt = nanoTime.getAsLong();
        if (publishers.size() > MAX_PUBLISHERS) {
            Iterator<Key> eldest = publishers.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    private void expire() {
        long oldest = nanoTime.getAsLong() - WINDOW.toNanos();
        Iterator<Sequences> eldest = publishers.values().iterator();
        while (eldest.hasNext() && eldest.next().usedAt - oldest < 0) {
            eldest.remove();
        }
    }

    synchronized int size() {
        return publishers.size();
    }

    synchronized void clear() {
        publishers.clear();
    }
}
