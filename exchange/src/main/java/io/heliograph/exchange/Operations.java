package io.heliograph.exchange;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Pending operations of an exchange, with one timer for all deadlines: an operation expires at most one eighth of the time-out late.
 * Thread-safe.
 */
@SuppressWarnings("CollectionUndefinedEquality") // operations are compared by identity
final class Operations {

    private static final long MIN_INTERVAL = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long MAX_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final Set<Operation<?>> pending = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final long timeout;
    private final long lateAfter;
    private final long interval;
    private final Consumer<List<String>> late;

    /**
     * @param lateAfter time after which a confirmed publication should have been delivered
     * @param late called with the channels of confirmed publications that are late
     */
    Operations(Duration timeout, Duration lateAfter, Consumer<List<String>> late) {
        this.timeout = TimeUnit.NANOSECONDS.convert(timeout);
        this.lateAfter = TimeUnit.NANOSECONDS.convert(lateAfter);
        this.interval = Math.clamp(Math.min(this.timeout, this.lateAfter) / 8, MIN_INTERVAL, MAX_INTERVAL);
        this.late = late;
    }

    void add(Operation<?> operation) {
        pending.add(operation);
        if (scheduled.compareAndSet(false, true)) {
            schedule();
        }
    }

    void remove(Operation<?> operation) {
        pending.remove(operation);
    }

    private void schedule() {
        CompletableFuture.delayedExecutor(interval, TimeUnit.NANOSECONDS, Events::runLater)
                .execute(this::expire);
    }

    @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // a concurrent set
    private void expire() {
        long now = System.nanoTime();
        List<String> lateChannels = new ArrayList<>();
        for (Operation<?> operation : pending) {
            long age = now - operation.since;
            if (age >= timeout) {
                if (pending.remove(operation)) {
                    // A dependent of the future may block.
                    Events.runLater(operation.expired);
                }
            } else if (operation.confirmed && !operation.late && age >= lateAfter) {
                operation.late = true;
                lateChannels.add(operation.channel);
            }
        }
        if (!lateChannels.isEmpty()) {
            late.accept(lateChannels);
        }
        if (!pending.isEmpty()) {
            schedule();
            return;
        }
        scheduled.set(false);
        if (!pending.isEmpty() && scheduled.compareAndSet(false, true)) {
            schedule();
        }
    }

    /** Fails all operations. */
    void fail(Throwable failure) {
        pending.forEach(operation -> operation.completeExceptionally(failure));
        pending.clear();
    }

    int size() {
        return pending.size();
    }
}
