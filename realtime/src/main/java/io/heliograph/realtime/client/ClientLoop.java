package io.heliograph.realtime.client;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/**
 * The event loop of a client, which may be called after it has ended: the client is closed then, so that what it is given finds
 * nothing to do, and may run on the calling thread.
 */
final class ClientLoop implements EventLoop {

    private final EventLoop loop;
    private final LongSupplier nanoTime;

    /**
     * @param nanoTime the clock
     */
    ClientLoop(EventLoop loop, LongSupplier nanoTime) {
        this.loop = loop;
        this.nanoTime = nanoTime;
    }

    /** The loop itself. */
    EventLoop real() {
        return loop;
    }

    @Override
    public boolean inLoop() {
        return loop.inLoop();
    }

    @Override
    public void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
            task.run();
        }
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
