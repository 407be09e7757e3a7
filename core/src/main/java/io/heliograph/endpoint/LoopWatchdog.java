package io.heliograph.endpoint;

import io.heliograph.Dispatch;
import io.heliograph.transport.EventLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Watchdog for user code that blocks an event loop.
 *
 * <p>A serial executor marks the start and the end of each run, at the cost of two plain writes. One daemon thread samples the
 * marks, and ends when there is nothing to watch. A run that is sampled twice, far enough apart, is reported once.
 */
final class LoopWatchdog {

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(LoopWatchdog.class));
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    // Guarded by `watches`.
    private static final List<WeakReference<Watch>> watches = new ArrayList<>();
    private static @Nullable Thread thread;

    private LoopWatchdog() {}

    /**
     * Returns the watch that the serial executors of an event loop and a dispatch share; only one of these executors
     * runs at a time. A watch lasts until it is garbage collected.
     */
    static Watch watch(Dispatch dispatch, EventLoop loop) {
        synchronized (watches) {
            for (WeakReference<Watch> each : watches) {
                Watch present = each.get();
                if (present != null && present.dispatch.equals(dispatch) && present.loop.equals(loop)) {
                    return present;
                }
            }
            Watch watch = new Watch(dispatch, loop);
            watches.add(new WeakReference<>(watch));
            if (thread == null) {
                thread =
                        Thread.ofPlatform().daemon().name("heliograph-watchdog").start(LoopWatchdog::sample);
            }
            return watch;
        }
    }

    private static void sample() {
        List<Watch> present = new ArrayList<>();
        long late = 0;
        while (true) {
            long pause = LONGEST_PAUSE.toNanos();
            synchronized (watches) {
                for (Iterator<WeakReference<Watch>> each = watches.iterator(); each.hasNext(); ) {
                    Watch watch = each.next().get();
                    if (watch == null) {
                        each.remove();
                    } else {
                        present.add(watch);
                        pause = Math.min(pause, watch.dispatch.blockedAfter().toNanos() / 2 + 1);
                    }
                }
                if (present.isEmpty()) {
                    thread = null;
                    return;
                }
            }
            for (Watch watch : present) {
                check(watch, late);
            }
            present.clear(); // so that a watch can be collected during the pause
            long start = System.nanoTime();
            LockSupport.parkNanos(pause);
            late = Math.max(0, System.nanoTime() - start - pause);
        }
    }

    private static void check(Watch watch, long late) {
        try {
            watch.check(System.nanoTime(), late);
        } catch (Throwable failure) {
            // User code has failed, which must not end the watch of other loops.
            failures.userCode("listener of blocked event loops", null, failure);
        }
    }

    /** Marks of the serial executors of one loop. */
    static final class Watch {

        private static final VarHandle RUN;
        private static final VarHandle RUNNING;

        static {
            try {
                RUN = MethodHandles.lookup().findVarHandle(Watch.class, "run", long.class);
                RUNNING = MethodHandles.lookup().findVarHandle(Watch.class, "running", Thread.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final Dispatch dispatch;
        private final EventLoop loop;

        // Written by the serial executors and read by the watchdog, in opaque mode.
        @SuppressWarnings("unused")
        private long run;

        @SuppressWarnings("unused")
        private @Nullable Thread running;

        // Watchdog thread only.
        private long sampledRun = -1;
        private long sampledAt;
        private long reportedRun = -1;

        Watch(Dispatch dispatch, EventLoop loop) {
            this.dispatch = dispatch;
            this.loop = loop;
        }

        /** Marks the start of a run; false if it is nested in the run of another executor, which is marked already. */
        boolean begin() {
            if (RUNNING.getOpaque(this) != null) {
                return false;
            }
            RUN.setOpaque(this, (long) RUN.getOpaque(this) + 1);
            RUNNING.setOpaque(this, Thread.currentThread());
            return true;
        }

        void end() {
            RUNNING.setOpaque(this, (Thread) null);
        }

        /**
         * Reports the current run if an earlier sample, at least {@code blockedAfter} before {@code now}, found the
         * same run.
         *
         * @param late time since the previous sample in which the process stood still, in nanoseconds
         */
        void check(long now, long late) {
            Thread held = (Thread) RUNNING.getOpaque(this);
            long current = (long) RUN.getOpaque(this);
            if (held == null || current == reportedRun) {
                return;
            }
            if (current != sampledRun) {
                sampledRun = current;
                sampledAt = now;
                return;
            }
            sampledAt += late;
            if (now - sampledAt < dispatch.blockedAfter().toNanos()) {
                return;
            }
            StackTraceElement[] stack = held.getStackTrace();
            if (held.equals(RUNNING.getOpaque(this)) && (long) RUN.getOpaque(this) == current) {
                reportedRun = current;
                dispatch.onBlocked()
                        .accept(new Dispatch.BlockedLoop(
                                held.getName(), Duration.ofNanos(now - sampledAt), List.of(stack)));
            }
        }
    }
}
