package io.heliograph.exchange;

import io.heliograph.Dispatch;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the listener or stream of one {@link Channel} is called: some thread of an executor's. It has one task at a time, because
 * its queue gives it no more; no thread is ever in it, so that nothing is delivered while somebody else goes on.
 */
final class ListenerLoop implements EventLoop {

    private static final Logger log = LoggerFactory.getLogger(ListenerLoop.class);

    private final Executor executor;
    private final boolean own;
    private final AtomicBoolean refused = new AtomicBoolean();

    ListenerLoop(Executor executor) {
        this.executor = executor;
        this.own = executor.equals(Dispatch.virtual().executor());
    }

    @Override
    public boolean inLoop() {
        return false;
    }

    @Override
    public void execute(Runnable task) {
        if (own) {
            executor.execute(task);
        } else {
            // The user's may run the task at once or wait, and this is called under a lock.
            Events.later(() -> handOver(task));
        }
    }

    private void handOver(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException rejected) {
            if (refused.compareAndSet(false, true)) {
                log.warn("{} refused to run listeners; they go on on virtual threads", executor, rejected);
            }
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
