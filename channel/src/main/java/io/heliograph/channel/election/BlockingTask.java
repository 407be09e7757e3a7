package io.heliograph.channel.election;

/** Starts tasks that may block, each on its own virtual thread. */
public final class BlockingTask {

    private BlockingTask() {}

    public static void start(Runnable task) {
        Thread.ofVirtual().name("heliograph-channel").start(task);
    }
}
