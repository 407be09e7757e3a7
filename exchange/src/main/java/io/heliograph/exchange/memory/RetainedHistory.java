package io.heliograph.exchange.memory;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.HistoryLimits;
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
 * History of the channels of the in-memory broker that have equal limits. Thread-safe.
 *
 * @param <C> type of a channel, which holds its {@link Entries}
 */
final class RetainedHistory<C> {

    private static final int BASE_WEIGHT = 256;
    private static final Duration MIN_TIMER = Duration.ofMillis(10);

    /** Messages of one channel, oldest first. Guarded by the lock of the history. */
    static final class Entries<C> {
        private final C channel;
        private final Deque<Entry<C>> queue = new ArrayDeque<>();

        Entries(C channel) {
            this.channel = channel;
        }
    }

    /** Message with its time of arrival. Compared by identity. */
    private static final class Entry<C> {
        final Entries<C> owner;
        final Broker.Message message;
        final long time;

        Entry(Entries<C> owner, Broker.Message message, long time) {
            this.owner = owner;
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
    private final Consumer<C> onEmpty;

    // Guards the fields below and all entries.
    private final Object lock = new Object();
    private final Set<Entry<C>> byAge = new LinkedHashSet<>();
    private long bytes;
    private boolean closed;
    private @Nullable CompletableFuture<Void> timer;

    /**
     * @param onEmpty called without a lock when the last message of a channel has expired
     */
    RetainedHistory(HistoryLimits limits, LongSupplier nanoTime, Consumer<C> onEmpty) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.onEmpty = onEmpty;
    }

    /**
     * Adds a message.
     *
     * @param empty receives the channels that lost their last message
     */
    void add(Entries<C> entries, Broker.Message message, List<C> empty) {
        Entry<C> entry = new Entry<>(entries, message, nanoTime.getAsLong());
        synchronized (lock) {
            if (closed) {
                return;
            }
            entries.queue.add(entry);
            byAge.add(entry);
            bytes += entry.weight();
            if (entries.queue.size() > limits.count()) {
                drop(entries.queue.getFirst(), empty);
            }
            while (bytes > limits.bytes() && !byAge.isEmpty()) {
                drop(byAge.iterator().next(), empty);
            }
            startTimer();
        }
    }

    private void drop(Entry<C> oldest, List<C> empty) {
        oldest.owner.queue.removeFirst();
        byAge.remove(oldest);
        bytes -= oldest.weight();
        if (oldest.owner.queue.isEmpty()) {
            empty.add(oldest.owner.channel);
        }
    }

    boolean isEmpty(Entries<C> entries) {
        synchronized (lock) {
            return entries.queue.isEmpty();
        }
    }

    /** The first messages of a channel after an offset, oldest first. */
    List<Broker.Message> after(Entries<C> entries, long offset, int limit) {
        synchronized (lock) {
            return entries.queue.stream()
                    .map(entry -> entry.message)
                    .filter(message -> message.position().offset() > offset)
                    .limit(limit)
                    .toList();
        }
    }

    /** Evicts expired messages. */
    void expire() {
        List<C> empty = new ArrayList<>();
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

    /** Starts the timer that evicts the oldest message. Guarded by {@code lock}. */
    private void startTimer() {
        if (timer != null || closed || byAge.isEmpty()) {
            return;
        }
        long age = nanoTime.getAsLong() - byAge.iterator().next().time;
        long wait = Math.max(MIN_TIMER.toNanos(), TimeUnit.NANOSECONDS.convert(limits.age()) - age);
        CompletableFuture<Void> next = new CompletableFuture<>();
        timer = next;
        next.completeOnTimeout(null, wait, TimeUnit.NANOSECONDS).thenRun(this::expire);
    }

    void close() {
        CompletableFuture<Void> pending;
        synchronized (lock) {
            closed = true;
            pending = timer;
            byAge.clear();
        }
        if (pending != null) {
            pending.cancel(false);
        }
    }
}
