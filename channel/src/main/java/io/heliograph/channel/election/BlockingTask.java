package io.heliograph.channel.election;

import io.heliograph.transport.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/** Starts tasks that may block, each on its own virtual thread. */
public final class BlockingTask {

    private BlockingTask() {}

    public static void start(Runnable task) {
        Thread.ofVirtual().name("heliograph-channel").start(task);
    }

    /** Runs a task on a loop, or on this thread if the loop has ended. */
    public static void onLoop(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }
}
