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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices user code that holds an event loop.
 *
 * <p>Lanes mark the begin and the end of their turns, which costs two plain writes. One daemon thread, which ends when
 * there is nothing left to watch, looks at the marks: a turn that it sees twice, far enough apart, is reported, once.
 */
final class LoopWatchdog {

    private static final Logger log = LoggerFactory.getLogger(LoopWatchdog.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    // Guarded by itself.
    private static final List<WeakReference<Watch>> watches = new ArrayList<>();
    private static @Nullable Thread thread;

    private LoopWatchdog() {}

    /**
     * A watch over the executors of one loop that have the same dispatch, as only one of them runs at a time. It lasts until it is
     * collected.
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
                        Thread.ofPlatform().daemon().name("heliograph-watchdog").start(LoopWatchdog::look);
            }
            return watch;
        }
    }

    private static void look() {
        List<Watch> present = new ArrayList<>();
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
            present.forEach(LoopWatchdog::check);
            present.clear(); // so that a watch can be collected during the pause
            LockSupport.parkNanos(pause);
        }
    }

    private static void check(Watch watch) {
        try {
            watch.check(System.nanoTime());
        } catch (Throwable failure) {
            // It is the user's code that is told, and it must not end the watch over all others.
            log.error("a receiver of reports about blocked event loops failed", failure);
        }
    }

    /** The marks of the executors of one loop. */
    static final class Watch {

        private static final VarHandle TURN;
        private static final VarHandle RUNNING;

        static {
            try {
                TURN = MethodHandles.lookup().findVarHandle(Watch.class, "turn", long.class);
                RUNNING = MethodHandles.lookup().findVarHandle(Watch.class, "running", Thread.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final Dispatch dispatch;
        private final EventLoop loop;

        // Written by the executors, read by the watchdog, both opaquely.
        @SuppressWarnings("unused")
        private long turn;

        @SuppressWarnings("unused")
        private @Nullable Thread running;

        // The watchdog's own.
        private long seenTurn = -1;
        private long seenAt;
        private long reportedTurn = -1;

        Watch(Dispatch dispatch, EventLoop loop) {
            this.dispatch = dispatch;
            this.loop = loop;
        }

        /** A turn begins; returns false if it is part of one, of another executor that has given a task to this one. */
        boolean begin() {
            if (RUNNING.getOpaque(this) != null) {
                return false;
            }
            TURN.setOpaque(this, (long) TURN.getOpaque(this) + 1);
            RUNNING.setOpaque(this, Thread.currentThread());
            return true;
        }

        void end() {
            RUNNING.setOpaque(this, (Thread) null);
        }

        /** Reports the turn that is running, if it ran already at a look long enough before {@code now}. */
        void check(long now) {
            Thread held = (Thread) RUNNING.getOpaque(this);
            long current = (long) TURN.getOpaque(this);
            if (held == null || current == reportedTurn) {
                return;
            }
            if (current != seenTurn) {
                seenTurn = current;
                seenAt = now;
                return;
            }
            if (now - seenAt < dispatch.blockedAfter().toNanos()) {
                return;
            }
            StackTraceElement[] stack = held.getStackTrace();
            if (held.equals(RUNNING.getOpaque(this)) && (long) TURN.getOpaque(this) == current) {
                reportedTurn = current;
                dispatch.onBlocked()
                        .accept(new Dispatch.BlockedLoop(held.getName(), Duration.ofNanos(now - seenAt), List.of(stack)));
            }
        }
    }
}
