package io.heliograph.transport;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One thread that does the I/O of some links, one thing after another. State that is touched only on its loop needs no
 * lock. Nothing that runs on a loop may block.
 */
public interface EventLoop extends Executor {

    /** Whether the calling thread is this loop's. */
    boolean inLoop();

    /**
     * Runs a task on the loop, after what was given before it; any thread may ask.
     *
     * @throws RejectedExecutionException if the transport is closed
     */
    @Override
    void execute(Runnable task);

    /** Runs a task on the loop, or on the calling thread if the loop has ended and nothing else of it can run. Thread-safe. */
    default void executeOrRun(Runnable task) {
        try {
            execute(task);
        } catch (RejectedExecutionException ended) {
            task.run();
        }
    }

    /** Runs a task on the loop after {@code delay}; any thread may ask. */
    Timer schedule(Duration delay, Runnable task);

    /** The time of this loop's clock, in nanoseconds from some origin, as {@link System#nanoTime()}. */
    long nanoTime();

    /** A task that is waiting for its time. */
    @FunctionalInterface
    interface Timer {

        /** Makes sure, when called on the loop, that the task does not run from now on. Any number of times. */
        void cancel();
    }
}
