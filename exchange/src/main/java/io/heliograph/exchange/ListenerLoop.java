package io.heliograph.exchange;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the listener or stream of one {@link Channel} is called: some thread of an executor's. It has one task at a time, because
 * its queue gives it no more; no thread is ever in it, so that nothing is delivered while somebody else goes on.
 */
final class ListenerLoop implements EventLoop {

    private static final Logger log = LoggerFactory.getLogger(ListenerLoop.class);

    private final Executor executor;

    ListenerLoop(Executor executor) {
        this.executor = executor;
    }

    @Override
    public boolean inLoop() {
        return false;
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException rejected) {
            log.warn(
                    "{} refused to run listeners; they go on on virtual threads",
                    executor,
                    rejected);
            Thread.ofVirtual().name("heliograph-listener").start(task);
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("a listener has no timers");
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
