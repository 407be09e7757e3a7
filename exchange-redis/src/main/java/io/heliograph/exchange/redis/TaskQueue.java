package io.heliograph.exchange.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Runs tasks one at a time, in order, on a virtual thread. Thread-safe. */
final class TaskQueue {

    // Guarded by this.
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    synchronized void add(Runnable task) {
        tasks.add(task);
        if (!running) {
            running = true;
            Thread.ofVirtual().name("heliograph-redis").start(this::run);
        }
    }

    private void run() {
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = tasks.poll();
        running = task != null;
        return task;
    }
}
