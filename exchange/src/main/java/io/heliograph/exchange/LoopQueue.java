package io.heliograph.exchange;

import io.heliograph.transport.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done on one event loop, in order: deliveries, and changes of who gets them.
 *
 * <p>A burst of entries is one task of the loop. All entries that concern one channel are added under its lock, so that they are
 * in its order.
 */
final class LoopQueue {

    /** How many deliveries are made in one turn of the loop before its I/O gets a turn. */
    static final int TURN = 4096;

    /** Something to do. Entries are run by one thread at a time. */
    abstract static class Entry {

        /**
         * Does it, or a part of it.
         *
         * @param budget how many deliveries may be made; positive
         * @return how many were made
         */
        abstract int run(int budget);

        boolean isDone() {
            return true;
        }

        long weight() {
            return 0;
        }

        /** The loop has ended, and it will not be run. A lock may be held. */
        void abandon() {}
    }

    /*
     * Whoever adds an entry and turns active from false to true sees to it that drain() runs once more: with a task of the loop
     * or, while the queue is held, by release(). A drain may find nothing to do, and several may be on their way; on a loop that
     * is a thread they cannot overlap, and other loops are never "in loop", so that they have one at a time.
     */

    final EventLoop loop;

    /** Whether what is too much is dropped for it alone, instead of refusing its publisher. */
    final boolean lossy;

    /** How many groups use it; guarded by the map that holds it. */
    int groups;

    private final Events events;
    private final long maxWeight;
    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final AtomicLong weight = new AtomicLong();
    private final AtomicBoolean active = new AtomicBoolean();
    private final AtomicBoolean overflowReported = new AtomicBoolean();
    private final Runnable drain = this::drain;
    private volatile boolean dead;

    // The loop's own.
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

    /** Whether a publisher must be refused for it. */
    boolean isFull() {
        return !lossy && !dead && weight.get() >= maxWeight;
    }

    /** Whether this is its loop and nothing waits, so that something may be done at once. */
    boolean isIdleHere() {
        return loop.inLoop() && !isBusy();
    }

    /** Whether something waits or is being done. On the loop. */
    boolean isBusy() {
        return draining || current != null || !entries.isEmpty();
    }

    /** Adds a delivery, unless too much waits. */
    void offerDelivery(Entry delivery, String channel) {
        // Who publishes here was asked before; this is what a broker brings, and what passed the
        // question all at once.
        if (weight.get() >= (lossy ? maxWeight : 2 * maxWeight)) {
            events.counters.drop(lossy ? DropReason.SLOW_CONSUMER : DropReason.QUEUE_FULL, 1);
            if (overflowReported.compareAndSet(false, true)) {
                events.errorLater(Events.overflow(channel, maxWeight));
            }
            return;
        }
        offer(delivery);
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

    /** From now on what is added on this thread waits for {@link #release()}. On the loop. */
    void hold() {
        holds++;
    }

    /** Does what was added, unless that is being done. On the loop. */
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
        int budget = TURN;
        while (true) {
            Entry entry = current == null ? entries.poll() : current;
            if (entry == null) {
                overflowReported.set(false);
                // On a loop that is no thread, another thread may go on as soon as active is false.
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
            // Not of a subscriber, whose are caught; whatever it is must not keep the loop from the
            // rest.
            events.error(failure);
        }
        current = over ? null : entry;
        if (over) {
            weight.addAndGet(-entry.weight());
        }
        return done;
    }
}
