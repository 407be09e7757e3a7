package io.heliograph.testkit;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A clock that the test advances, with the event loops that use it.
 *
 * <p>{@link #runReady()} and {@link #advance} run the tasks of all its loops on the calling thread, one at a time: the loops in
 * rotation, and each timer at exactly its time. A test thus runs the same way each time. An exception of a task is thrown to
 * the test.
 *
 * <p>Thread-safe; only one thread runs tasks at a time.
 */
public final class ManualClock {

    /** Number of tasks of one run beyond which an endless loop is assumed. */
    private static final int MOST_TASKS = 50_000_000;

    private final AtomicLong now = new AtomicLong();
    private final List<ManualEventLoop> loops = new CopyOnWriteArrayList<>();
    private final ReentrantLock running = new ReentrantLock();

    /** Creates an event loop that uses this clock. */
    public ManualEventLoop newLoop() {
        ManualEventLoop loop = new ManualEventLoop(this);
        loops.add(loop);
        return loop;
    }

    /** The time in nanoseconds; a new clock starts at 0. */
    public long nanoTime() {
        return now.get();
    }

    /**
     * Runs all ready tasks, and the tasks that they add.
     *
     * @return the number of tasks
     * @throws IllegalStateException if called from inside a task
     */
    public int runReady() {
        lock();
        try {
            return runUntilIdle();
        } finally {
            running.unlock();
        }
    }

    /**
     * Advances the clock by {@code time}, which must not be negative, and runs ready tasks and every timer at its time.
     *
     * @throws IllegalStateException if called from inside a task
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time: " + time + " (expected: >= 0)");
        }
        lock();
        try {
            long end = now.get() + time.toNanos();
            runUntilIdle();
            OptionalLong next = nextTimer();
            while (next.isPresent() && next.getAsLong() <= end) {
                now.set(Math.max(now.get(), next.getAsLong()));
                runUntilIdle();
                next = nextTimer();
            }
            now.set(end);
        } finally {
            running.unlock();
        }
    }

    /** Advances the clock by {@code time} without running anything, as when the process was stopped. */
    public void stall(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void lock() {
        if (running.isHeldByCurrentThread()) {
            throw new IllegalStateException("a task of a loop cannot run the loops");
        }
        running.lock();
    }

    private int runUntilIdle() {
        int count = 0;
        boolean busy = true;
        while (busy) {
            busy = false;
            for (ManualEventLoop loop : loops) {
                @Nullable Runnable task = loop.poll();
                if (task != null) {
                    busy = true;
                    loop.run(task);
                    if (++count == MOST_TASKS) {
                        throw new IllegalStateException("the loops do not come to rest");
                    }
                }
            }
        }
        return count;
    }

    private OptionalLong nextTimer() {
        return loops.stream()
                .map(ManualEventLoop::nextTimer)
                .flatMapToLong(OptionalLong::stream)
                .min();
    }
}
