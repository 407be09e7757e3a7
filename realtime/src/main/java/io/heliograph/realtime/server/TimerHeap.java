package io.heliograph.realtime.server;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Timers of the connections of an event loop: a binary heap with one timer of the loop for the earliest. A loop timer per connection
 * would take more memory than the rest of the connection. Event loop only.
 */
final class TimerHeap {

    /** A timer, scheduled for one time or not at all. */
    abstract static class Timer {

        private static final int UNSCHEDULED = -1;

        private long time;
        private int index = UNSCHEDULED;

        /** Runs when the time has come; the timer is not scheduled then. */
        abstract void expired(long now);

        /** Returns true if the timer is scheduled for {@code latest} or earlier. */
        final boolean isScheduledBy(long latest) {
            return index != UNSCHEDULED && time <= latest;
        }
    }

    private static final int MIN_CAPACITY = 4;

    private final EventLoop loop;

    // Binary heap by time; each timer knows its index.
    private @Nullable Timer[] heap = new Timer[MIN_CAPACITY];
    private int size;

    private long loopTimerAt = Long.MAX_VALUE;
    private EventLoop.@Nullable Timer loopTimer;
    private boolean firing;

    TimerHeap(EventLoop loop) {
        this.loop = loop;
    }

    /** Schedules a timer for {@code time} by the clock of the loop, replacing its previous time. */
    void schedule(Timer timer, long time) {
        if (timer.index == Timer.UNSCHEDULED) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            timer.index = size++;
        }
        timer.time = time;
        sift(timer);
        scheduleLoopTimer();
    }

    /** Cancels a timer. */
    void cancel(Timer timer) {
        int gap = timer.index;
        if (gap == Timer.UNSCHEDULED) {
            return;
        }
        timer.index = Timer.UNSCHEDULED;
        Timer last = Objects.requireNonNull(heap[--size]);
        heap[size] = null;
        if (gap < size) {
            last.index = gap;
            sift(last);
        }
        if (size < heap.length / 4 && heap.length > MIN_CAPACITY) {
            heap = Arrays.copyOf(heap, heap.length / 2);
        }
        if (size == 0 && loopTimer != null) {
            loopTimer.cancel();
            loopTimer = null;
            loopTimerAt = Long.MAX_VALUE;
        }
    }

    /** Moves a timer up or down to the index of its time. */
    private void sift(Timer timer) {
        int index = timer.index;
        while (index > 0 && timer.time < node((index - 1) / 2).time) {
            index = move((index - 1) / 2, index);
        }
        int child;
        while ((child = earlierChild(index)) < size && node(child).time < timer.time) {
            index = move(child, index);
        }
        heap[index] = timer;
        timer.index = index;
    }

    private int earlierChild(int parent) {
        int left = 2 * parent + 1;
        return left + 1 < size && node(left + 1).time < node(left).time ? left + 1 : left;
    }

    private int move(int from, int to) {
        Timer moved = node(from);
        heap[to] = moved;
        moved.index = to;
        return from;
    }

    private Timer node(int index) {
        return Objects.requireNonNull(heap[index]);
    }

    private void scheduleLoopTimer() {
        if (firing || size == 0 || node(0).time >= loopTimerAt) {
            return; // a loop timer that fires too early is scheduled again
        }
        long next = node(0).time;
        if (loopTimer != null) {
            loopTimer.cancel();
        }
        loopTimerAt = next;
        loopTimer = loop.schedule(Duration.ofNanos(Math.max(0, next - loop.nanoTime())), this::fired);
    }

    private void fired() {
        loopTimer = null;
        loopTimerAt = Long.MAX_VALUE;
        long now = loop.nanoTime();
        firing = true;
        try {
            while (size > 0 && node(0).time <= now) {
                Timer first = node(0);
                cancel(first);
                first.expired(now);
            }
        } finally {
            firing = false;
            scheduleLoopTimer();
        }
    }
}
