package io.heliograph.realtime.client;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/**
 * Event loop of a client that accepts tasks after its end: the client is closed then, so that a task has no effect and runs on the calling
 * thread.
 */
final class ClientLoop implements EventLoop {

    private final EventLoop loop;
    private final LongSupplier nanoTime;

    /**
     * @param nanoTime clock of the client
     */
    ClientLoop(EventLoop loop, LongSupplier nanoTime) {
        this.loop = loop;
        this.nanoTime = nanoTime;
    }

    /** Returns the event loop of the transport. */
    EventLoop real() {
        return loop;
    }

    @Override
    public boolean inLoop() {
        return loop.inLoop();
    }

    @Override
    public void execute(Runnable task) {
        loop.executeOrRun(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        try {
            return loop.schedule(delay, task);
        } catch (RejectedExecutionException ended) {
            return () -> {};
        }
    }

    @Override
    public long nanoTime() {
        return nanoTime.getAsLong();
    }
}
