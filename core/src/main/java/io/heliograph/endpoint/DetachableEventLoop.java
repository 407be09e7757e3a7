package io.heliograph.endpoint;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Event loop of an endpoint's serial executor. The executor exists before the endpoint has an event loop and after it has released
 * the loop, because errors of messages that are sent too early or too late are reported too. Without a loop, tasks run on virtual
 * threads. Thread-safe.
 */
public final class DetachableEventLoop implements EventLoop {

    private volatile @Nullable EventLoop loop;

    /** Sets the event loop. */
    public void attach(EventLoop loop) {
        this.loop = loop;
    }

    /** Removes the event loop. */
    public void detach() {
        loop = null;
    }

    @Override
    public boolean inLoop() {
        EventLoop present = loop;
        return present != null && present.inLoop();
    }

    @Override
    public void execute(Runnable task) {
        EventLoop present = loop;
        if (present != null) {
            try {
                present.execute(task);
                return;
            } catch (RejectedExecutionException e) {
                loop = null;
            }
        }
        Thread.ofVirtual().name("heliograph-listener").start(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("an executor has no timers");
    }

    @Override
    public long nanoTime() {
        EventLoop present = loop;
        return present == null ? System.nanoTime() : present.nanoTime();
    }
}
