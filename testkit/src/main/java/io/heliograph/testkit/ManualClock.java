package io.heliograph.testkit;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until the test turns it, with the loops that follow it.
 *
 * <p>Nothing runs by itself. {@link #runReady()} and {@link #advance} run the tasks of all its loops on the calling thread, one
 * at a time: round about the loops, and each timer when the clock shows exactly its time. So a test runs the same way each
 * time. What a task throws is thrown to the test.
 *
 * <p>Any thread may give tasks to the loops. Threads that run them take turns.
 */
public final class ManualClock {

    /** More tasks than this without a rest are taken for a circle. */
    private static final int MOST_TASKS = 50_000_000;

    private final AtomicLong now = new AtomicLong();
    private final List<ManualEventLoop> loops = new CopyOnWriteArrayList<>();
    private final ReentrantLock running = new ReentrantLock();

    /** A new loop that follows this clock. */
    public ManualEventLoop newLoop() {
        ManualEventLoop loop = new ManualEventLoop(this);
        loops.add(loop);
        return loop;
    }

    /** The time shown, in nanoseconds; a new clock shows 0. */
    public long nanoTime() {
        return now.get();
    }

    /**
     * Runs the tasks that are ready, and those they lead to, until there is none.
     *
     * @return how many it ran
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
     * Turns the clock by {@code time}, not negative, running on the way what is ready and every timer at its time.
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
