package io.heliograph.testkit;

import io.heliograph.transport.EventLoop;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Tasks of an event loop in order of submission, and its timers in order of time. Thread-safe. */
final class Agenda {

    // Guarded by this.
    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Entry> timers = new PriorityQueue<>();
    private long sequence;
    private boolean closed;

    synchronized void add(Runnable task) {
        checkOpen();
        ready.add(task);
        notifyAll();
    }

    synchronized EventLoop.Timer add(long at, Runnable task) {
        checkOpen();
        Entry entry = new Entry(at, sequence++, task);
        timers.add(entry);
        notifyAll();
        return () -> cancel(entry);
    }

    private void checkOpen() {
        if (closed) {
            throw new RejectedExecutionException("the loop has ended");
        }
    }

    private synchronized void cancel(Entry entry) {
        entry.cancelled = true;
        timers.remove(entry);
    }

    /** The next task that is ready at {@code now}, if there is one. */
    synchronized @Nullable Runnable poll(long now) {
        for (Entry due = timers.peek(); due != null && due.at - now <= 0; due = timers.peek()) {
            timers.remove();
            ready.add(due);
        }
        Runnable task = ready.poll();
        while (task instanceof Entry entry && entry.cancelled) {
            task = ready.poll();
        }
        return task;
    }

    /** The time of the earliest timer. */
    synchronized OptionalLong nextTimer() {
        Entry next = timers.peek();
        return next == null ? OptionalLong.empty() : OptionalLong.of(next.at);
    }

    synchronized int timerCount() {
        return timers.size();
    }

    /** Waits for a task and returns it; null if the agenda is closed and empty. */
    synchronized @Nullable Runnable take() throws InterruptedException {
        while (true) {
            Runnable task = poll(System.nanoTime());
            if (task != null || closed) {
                return task;
            }
            Entry next = timers.peek();
            if (next == null) {
                wait();
            } else {
                long left = Math.max(1, next.at - System.nanoTime());
                wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        }
    }

    /** Rejects further tasks and discards the timers; ready tasks stay. */
    synchronized void close() {
        closed = true;
        timers.clear();
        notifyAll();
    }

    private static final class Entry implements Runnable, Comparable<Entry> {

        private final long at;
        private final long sequence;
        private final Runnable task;
        private volatile boolean cancelled;

        Entry(long at, long sequence, Runnable task) {
            this.at = at;
            this.sequence = sequence;
            this.task = task;
        }

        @Override
        public void run() {
            if (!cancelled) {
                task.run();
            }
        }

        @Override
        public int compareTo(Entry other) {
            return at == other.at ? Long.compare(sequence, other.sequence) : Long.signum(at - other.at);
        }
    }
}
