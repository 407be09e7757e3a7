package io.heliograph.endpoint;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Deadline for the close of an endpoint: its time-out and a short grace period. Expires even if user code blocks the
 * event loop and all virtual threads. It is measured by the clock of the event loop. Thread-safe.
 */
final class CloseDeadline {

    private static final long GRACE = TimeUnit.MILLISECONDS.toNanos(500);
    private static final Duration SHORTEST_CHECK = Duration.ofMillis(20);
    private static final ScheduledThreadPoolExecutor TIMER = newTimer();

    private static ScheduledThreadPoolExecutor newTimer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("heliograph-close").factory());
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(1, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    private final Runnable onExpiry;

    // Guarded by this.
    private @Nullable EventLoop clock;
    private long at;
    private @Nullable Future<?> timer;
    private boolean ended;

    /** @param onExpiry runs once, on a thread of its own */
    CloseDeadline(Runnable onExpiry) {
        this.onExpiry = onExpiry;
    }

    /**
     * Starts the deadline; of several calls the earliest deadline counts.
     *
     * @param loop event loop whose clock counts; null for the clock of the system
     * @param timeout time-out of the close
     */
    synchronized void start(@Nullable EventLoop loop, Duration timeout) {
        long nanos = Math.min(TimeUnit.NANOSECONDS.convert(timeout), Long.MAX_VALUE / 2) + GRACE;
        if (ended || (timer != null && nanos >= left())) {
            return;
        }
        clock = loop;
        at = now() + nanos;
        schedule(nanos);
    }

    /** Ends the deadline, unless it has expired. */
    synchronized void cancel() {
        ended = true;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private long now() {
        return clock == null ? System.nanoTime() : clock.nanoTime();
    }

    private long left() {
        return at - now();
    }

    private void schedule(long nanos) {
        if (timer != null) {
            timer.cancel(false);
        }
        timer = TIMER.schedule(this::check, Math.max(nanos, SHORTEST_CHECK.toNanos()), TimeUnit.NANOSECONDS);
    }

    private synchronized void check() {
        if (ended) {
            return;
        }
        long left = left();
        if (left > 0) {
            schedule(left); // the clock of the loop is slower
            return;
        }
        ended = true;
        timer = null;
        Thread.ofPlatform().daemon().name("heliograph-close").start(onExpiry);
    }
}
