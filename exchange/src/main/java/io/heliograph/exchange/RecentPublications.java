package io.heliograph.exchange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The last publications of one channel, so that a subscriber that missed only a few recovers without the broker: at
 * most 128 publications and 64 KiB, and 64 MiB in all channels together. Guarded by the channel.
 */
final class RecentPublications {

    static final int MAX_COUNT = 128;
    static final int MAX_BYTES = 64 << 10;
    static final long MAX_TOTAL_BYTES = 64L << 20;

    private static final int INITIAL = 8;

    /** Size of all channels together. */
    private final AtomicLong total;

    private Position base;

    // Ring buffer; its length is a power of two.
    private @Nullable Publication[] ring = new Publication[0];
    private int first;
    private int size;
    private int bytes;

    /**
     * Creates an empty list.
     *
     * @param base position before the first publication
     */
    RecentPublications(AtomicLong total, Position base) {
        this.total = total;
        this.base = base;
    }

    void add(Publication publication) {
        long weight = publication.weight();
        int before = bytes;
        while (size > 0 && (size == MAX_COUNT || bytes + weight > MAX_BYTES)) {
            evict();
        }
        if (weight > MAX_BYTES || total.get() + bytes + weight - before > MAX_TOTAL_BYTES) {
            total.addAndGet(bytes - before);
            clear(publication.position());
            return;
        }
        if (size == ring.length) {
            grow();
        }
        ring[(first + size++) & (ring.length - 1)] = publication;
        bytes += (int) weight;
        if (bytes != before) {
            total.addAndGet(bytes - before);
        }
    }

    private void evict() {
        Publication oldest = at(0);
        ring[first] = null;
        first = (first + 1) & (ring.length - 1);
        size--;
        bytes -= (int) oldest.weight();
        base = oldest.position();
    }

    private void grow() {
        @Nullable Publication[] longer = new Publication[Math.max(INITIAL, 2 * ring.length)];
        for (int i = 0; i < size; i++) {
            longer[i] = at(i);
        }
        ring = longer;
        first = 0;
    }

    @SuppressWarnings("NullAway") // the elements before size are present
    private Publication at(int index) {
        return ring[(first + index) & (ring.length - 1)];
    }

    /** Removes all publications. The next one follows the given position. */
    void clear(Position next) {
        Arrays.fill(ring, null);
        first = 0;
        size = 0;
        total.addAndGet(-bytes);
        bytes = 0;
        base = next;
    }

    /** Returns the publications after a position, oldest first; null if the position is not known. */
    @Nullable
    List<Publication> after(Position position) {
        int from = -1;
        if (position.equals(base)) {
            from = 0;
        }
        for (int i = size - 1; i >= 0 && from < 0; i--) {
            if (at(i).position().equals(position)) {
                from = i + 1;
            }
        }
        if (from < 0) {
            return null;
        }
        List<Publication> found = new ArrayList<>(size - from);
        for (int i = from; i < size; i++) {
            found.add(at(i));
        }
        return found;
    }
}
