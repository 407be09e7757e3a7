package io.heliograph.transport;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A thread that runs the I/O and the tasks of some links in sequence. State that is confined to an event loop needs no lock. A
 * task must not block.
 */
public interface EventLoop extends Executor {

    /** Whether the calling thread is the thread of this event loop. */
    boolean inLoop();

    /**
     * Runs a task on the event loop, after the tasks submitted before. Thread-safe.
     *
     * @throws RejectedExecutionException if the transport is closed
     */
    @Override
    void execute(Runnable task);

    /** Runs a task on the event loop, or on the calling thread if the loop has ended. Thread-safe. */
    default void executeOrRun(Runnable task) {
        try {
            execute(task);
        } catch (RejectedExecutionException ended) {
            task.run();
        }
    }

    /** Runs a task on the event loop after {@code delay}. Thread-safe. */
    Timer schedule(Duration delay, Runnable task);

    /** The time of the event loop's clock in nanoseconds, like {@link System#nanoTime()}. */
    long nanoTime();

    /** A scheduled task. */
    @FunctionalInterface
    interface Timer {

        /** Cancels the task. Event loop only; repeated calls have no effect. */
        void cancel();
    }
}
