package io.heliograph.bench.micro;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/** Event loop that runs its tasks on the calling thread, on demand. Not thread-safe. */
public final class StubLoop implements EventLoop {

    private final Queue<Runnable> tasks = new ArrayDeque<>();

    /** Runs all queued tasks, including the tasks they add. */
    public void runAll() {
        for (Runnable task; (task = tasks.poll()) != null; ) {
            task.run();
        }
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return () -> {};
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
