package io.heliograph.exchange;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the in-memory broker remembers, of all channels together, so that the oldest can make room.
 *
 * @param <L> what stands for a channel; it keeps its own {@link Shelf}
 */
final class RetainedHistory<L> {

    private static final int BASE_WEIGHT = 256;
    private static final Duration LEAST_WAIT = Duration.ofMillis(10);

    /** The messages of one channel, oldest first. Touched under the lock of the history only. */
    static final class Shelf<L> {
        private final L line;
        private final Deque<Entry<L>> entries = new ArrayDeque<>();

        Shelf(L line) {
            this.line = line;
        }
    }

    /** One object for each message, which is found by its identity. */
    private static final class Entry<L> {
        final Shelf<L> shelf;
        final Broker.Message message;
        final long time;

        Entry(Shelf<L> shelf, Broker.Message message, long time) {
            this.shelf = shelf;
            this.message = message;
            this.time = time;
        }

        long weight() {
            return (long) BASE_WEIGHT
                    + (message.data() == null ? 0 : message.data().length());
        }
    }

    private final HistoryLimits limits;
    private final LongSupplier nanoTime;
    private final Consumer<L> onEmpty;

    // Guards the fields below it and all shelves.
    private final Object lock = new Object();
    private final Set<Entry<L>> byAge = new LinkedHashSet<>();
    private long bytes;
    private boolean closed;
    private @Nullable CompletableFuture<Void> timer;

    /**
     * @param onEmpty told of a channel of which nothing is remembered any more because of its age, without a lock
     */
    RetainedHistory(HistoryLimits limits, LongSupplier nanoTime, Consumer<L> onEmpty) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.onEmpty = onEmpty;
    }

    boolean isOn() {
        return limits.count() > 0;
    }

    /**
     * Remembers a message.
     *
     * @return the channels of which nothing is remembered any more
     */
    List<L> add(Shelf<L> shelf, Broker.Message message) {
        Entry<L> entry = new Entry<>(shelf, message, nanoTime.getAsLong());
        List<L> empty = new ArrayList<>();
        synchronized (lock) {
            if (closed) {
                return empty;
            }
            shelf.entries.add(entry);
            byAge.add(entry);
            bytes += entry.weight();
            if (shelf.entries.size() > limits.count()) {
                drop(shelf.entries.getFirst(), empty);
            }
            while (bytes > limits.bytes() && !byAge.isEmpty()) {
                drop(byAge.iterator().next(), empty);
            }
            startTimer();
        }
        return empty;
    }

    private void drop(Entry<L> oldest, List<L> empty) {
        oldest.shelf.entries.removeFirst();
        byAge.remove(oldest);
        bytes -= oldest.weight();
        if (oldest.shelf.entries.isEmpty()) {
            empty.add(oldest.shelf.line);
        }
    }

    boolean isEmpty(Shelf<L> shelf) {
        synchronized (lock) {
            return shelf.entries.isEmpty();
        }
    }

    /** The messages of a channel after an offset, oldest first. */
    List<Broker.Message> after(Shelf<L> shelf, long offset) {
        synchronized (lock) {
            return shelf.entries.stream()
                    .map(entry -> entry.message)
                    .filter(message -> message.position().offset() > offset)
                    .toList();
        }
    }

    /** Drops what is too old. */
    void expire() {
        List<L> empty = new ArrayList<>();
        synchronized (lock) {
            long oldest = nanoTime.getAsLong() - TimeUnit.NANOSECONDS.convert(limits.age());
            while (!byAge.isEmpty() && byAge.iterator().next().time - oldest <= 0) {
                drop(byAge.iterator().next(), empty);
            }
            timer = null;
            startTimer();
        }
        empty.forEach(onEmpty);
    }

    /** Sees to it that the oldest is dropped in time. Under the lock. */
    private void startTimer() {
        if (timer != null || closed || byAge.isEmpty()) {
            return;
        }
        long age = nanoTime.getAsLong() - byAge.iterator().next().time;
        long wait = Math.max(LEAST_WAIT.toNanos(), TimeUnit.NANOSECONDS.convert(limits.age()) - age);
        CompletableFuture<Void> next = new CompletableFuture<>();
        timer = next;
        next.completeOnTimeout(null, wait, TimeUnit.NANOSECONDS).thenRun(this::expire);
    }

    void close() {
        CompletableFuture<Void> waiting;
        synchronized (lock) {
            closed = true;
            waiting = timer;
            byAge.clear();
        }
        if (waiting != null) {
            waiting.cancel(false);
        }
    }
}
