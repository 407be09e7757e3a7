package io.heliograph.exchange;

import io.heliograph.Dispatch;
import io.heliograph.internal.PrintableFailure;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event loop of one listener or stream of a {@link Channel}, on the threads of an executor. Its queue submits one task at a time.
 *
 * <p>{@link #inLoop()} is always false, so that publications are never delivered on the publishing thread.
 */
final class ListenerLoop implements EventLoop {

    private static final Logger log = LoggerFactory.getLogger(ListenerLoop.class);

    private final Executor executor;
    private final boolean own;
    private final AtomicBoolean rejectionLogged = new AtomicBoolean();

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
            // A user's executor may run the task at once or block, and the caller holds a lock.
            Events.runLater(() -> submit(task));
        }
    }

    private void submit(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException rejected) {
            if (rejectionLogged.compareAndSet(false, true)) {
                log.warn(
                        "Executor rejected a listener, which continues on a virtual thread: executor={}",
                        executor,
                        PrintableFailure.of(rejected));
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
