package io.heliograph.exchange;

import io.heliograph.DropReason;
import io.heliograph.transport.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Queue of the deliveries and subscription changes of one event loop.
 *
 * <p>A burst of entries is one task of the event loop. All entries of a channel are added under its lock, and so keep the channel's order.
 */
final class LoopQueue {

    /** Maximum number of deliveries in one task of the event loop, between which it handles its I/O. */
    static final int MAX_TASK_DELIVERIES = 4096;

    /** Entry of the queue. One thread at a time runs entries. */
    abstract static class Entry {

        /**
         * Processes the entry, or a part of it.
         *
         * @param budget maximum number of deliveries; positive
         * @return the number of deliveries
         */
        abstract int run(int budget);

        boolean isDone() {
            return true;
        }

        long weight() {
            return 0;
        }

        /** Called instead of {@link #run} after the end of the event loop. The caller may hold a lock. */
        void abandon() {}
    }

    /*
     * The thread that adds an entry and sets active causes another drain(): by a task of the event loop or, while the queue is held, by
     * release(). A drain may find an empty queue, and several drains may be pending. On an event loop with a thread they cannot overlap; a
     * ListenerLoop is never "in loop", and so has at most one drain at a time.
     */

    final EventLoop loop;

    /** Whether a full queue drops publications instead of rejecting them. */
    final boolean lossy;

    /** Number of groups that use the queue. Guarded by the map of queues. */
    int groups;

    private final Events events;
    private final long maxWeight;
    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final AtomicLong weight = new AtomicLong();
    private final AtomicBoolean active = new AtomicBoolean();
    private final AtomicBoolean overflowReported = new AtomicBoolean();
    private final Runnable drain = this::drain;
    private volatile boolean dead;

    // Event loop only.
    private @Nullable Entry current;
    private boolean draining;
    private int holds;

    LoopQueue(EventLoop loop, Events events, long maxWeight) {
        this.loop = loop;
        this.lossy = loop instanceof ListenerLoop;
        this.events = events;
        this.maxWeight = maxWeight;
    }

    long weight() {
        return weight.get();
    }

    /** Whether publications must be rejected. */
    boolean isFull() {
        return !lossy && !dead && weight.get() >= maxWeight;
    }

    /** Whether the caller is on the event loop and no entry is pending. */
    boolean isIdleOnLoop() {
        return loop.inLoop() && !isBusy();
    }

    /** Whether an entry is pending or in progress. Event loop only. */
    boolean isBusy() {
        return draining || current != null || !entries.isEmpty();
    }

    /** Adds a delivery. Returns false if the queue is full. */
    boolean offerDelivery(Entry delivery, String channel) {
        // Publishers in this exchange have checked isFull(); the second limit is for brokers and for concurrent
        // publishers.
        if (weight.get() >= (lossy ? maxWeight : 2 * maxWeight)) {
            events.counters.drop(lossy ? DropReason.SLOW_CONSUMER : DropReason.QUEUE_FULL, 1);
            if (overflowReported.compareAndSet(false, true)) {
                events.errorLater(Events.overflow(channel, maxWeight));
            }
            return false;
        }
        offer(delivery);
        return true;
    }

    void offer(Entry entry) {
        if (dead) {
            entry.abandon();
            return;
        }
        weight.addAndGet(entry.weight());
        entries.add(entry);
        if (active.compareAndSet(false, true) && !(loop.inLoop() && holds > 0)) {
            schedule();
        }
        if (dead) {
            abandonAll();
        }
    }

    private void schedule() {
        try {
            loop.execute(drain);
        } catch (RejectedExecutionException ended) {
            dead = true;
            abandonAll();
        }
    }

    private void abandonAll() {
        for (Entry entry = entries.poll(); entry != null; entry = entries.poll()) {
            weight.addAndGet(-entry.weight());
            entry.abandon();
        }
    }

    /** Defers entries that are added on this thread until {@link #release()}. Event loop only. */
    void hold() {
        holds++;
    }

    /** Processes deferred entries, unless a drain is in progress. Event loop only. */
    void release() {
        if (--holds == 0 && !draining && (current != null || !entries.isEmpty())) {
            drain();
        }
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        int budget = MAX_TASK_DELIVERIES;
        while (true) {
            Entry entry = current == null ? entries.poll() : current;
            if (entry == null) {
                overflowReported.set(false);
                // On a ListenerLoop, another thread may drain as soon as active is false.
                draining = false;
                active.set(false);
                if (entries.isEmpty() || !active.compareAndSet(false, true)) {
                    return;
                }
                draining = true;
                continue;
            }
            budget -= run(entry, budget);
            if (budget <= 0) {
                draining = false;
                schedule();
                return;
            }
        }
    }

    private int run(Entry entry, int budget) {
        int done = 1;
        boolean over = true;
        try {
            done = entry.run(budget);
            over = entry.isDone();
        } catch (Throwable failure) {
            // Exceptions of subscribers are caught before; any other must not stop the drain.
            events.error(failure);
        }
        current = over ? null : entry;
        if (over) {
            weight.addAndGet(-entry.weight());
        }
        return done;
    }
}
