package io.heliograph.bench.micro;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/** A loop on whatever thread calls it, for one thread. It does what it was given when it is told to. */
public final class StubLoop implements EventLoop {

    private final Queue<Runnable> tasks = new ArrayDeque<>();

    /** Runs what was given, and what that gives. */
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
