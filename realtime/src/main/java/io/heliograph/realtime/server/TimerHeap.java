package io.heliograph.realtime.server;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When each socket of an event loop wants to be woken, with one timer of the loop for the next of them: thousands of sockets wait,
 * and a timer each would cost more than all that they remember. The loop's own.
 */
final class TimerHeap {

    /** What waits for one time, or for none. */
    abstract static class Alarm {

        private static final int NOWHERE = -1;

        private long time;
        private int place = NOWHERE;

        /** The time has come; the alarm waits for none now. */
        abstract void due(long now);

        /** Whether it waits for {@code time} or for an earlier one. */
        final boolean waitsUntil(long latest) {
            return place != NOWHERE && time <= latest;
        }
    }

    private static final int FEW = 4;

    private final EventLoop loop;

    // A binary heap by time; alarms know their places in it.
    private @Nullable Alarm[] heap = new Alarm[FEW];
    private int size;

    private long armedFor = Long.MAX_VALUE;
    private EventLoop.@Nullable Timer timer;
    private boolean firing;

    TimerHeap(EventLoop loop) {
        this.loop = loop;
    }

    /** Has an alarm go off at {@code time}, by the clock of the loop, and not at the time it waited for before. */
    void put(Alarm alarm, long time) {
        if (alarm.place == Alarm.NOWHERE) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            alarm.place = size++;
        }
        alarm.time = time;
        settle(alarm);
        arm();
    }

    /** Has an alarm go off no more. */
    void remove(Alarm alarm) {
        int gap = alarm.place;
        if (gap == Alarm.NOWHERE) {
            return;
        }
        alarm.place = Alarm.NOWHERE;
        Alarm last = Objects.requireNonNull(heap[--size]);
        heap[size] = null;
        if (gap < size) {
            last.place = gap;
            settle(last);
        }
        if (size < heap.length / 4 && heap.length > FEW) {
            heap = Arrays.copyOf(heap, heap.length / 2);
        }
        if (size == 0 && timer != null) {
            timer.cancel();
            timer = null;
            armedFor = Long.MAX_VALUE;
        }
    }

    /** Moves an alarm from the place it has to where its time belongs. */
    private void settle(Alarm alarm) {
        int at = alarm.place;
        while (at > 0 && alarm.time < at((at - 1) / 2).time) {
            at = move((at - 1) / 2, at);
        }
        int child;
        while ((child = earlierChild(at)) < size && at(child).time < alarm.time) {
            at = move(child, at);
        }
        heap[at] = alarm;
        alarm.place = at;
    }

    private int earlierChild(int parent) {
        int left = 2 * parent + 1;
        return left + 1 < size && at(left + 1).time < at(left).time ? left + 1 : left;
    }

    private int move(int from, int to) {
        Alarm moved = at(from);
        heap[to] = moved;
        moved.place = to;
        return from;
    }

    private Alarm at(int place) {
        return Objects.requireNonNull(heap[place]);
    }

    private void arm() {
        if (firing || size == 0 || at(0).time >= armedFor) {
            return; // a timer that goes off too early is set anew
        }
        long next = at(0).time;
        if (timer != null) {
            timer.cancel();
        }
        armedFor = next;
        timer = loop.schedule(Duration.ofNanos(Math.max(0, next - loop.nanoTime())), this::fired);
    }

    private void fired() {
        timer = null;
        armedFor = Long.MAX_VALUE;
        long now = loop.nanoTime();
        firing = true;
        try {
            while (size > 0 && at(0).time <= now) {
                Alarm first = at(0);
                remove(first);
                first.due(now);
            }
        } finally {
            firing = false;
            arm();
        }
    }
}
