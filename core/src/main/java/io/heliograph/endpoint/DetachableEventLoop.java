package io.heliograph.endpoint;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of an endpoint for its executor, which is there before the endpoint has a loop and after it has given it back:
 * listeners must be told of a message that is sent too early or too late as well. They are then on a virtual thread.
 */
public final class DetachableEventLoop implements EventLoop {

    private volatile @Nullable EventLoop loop;

    /** The endpoint has got its loop. */
    public void attach(EventLoop loop) {
        this.loop = loop;
    }

    /** The endpoint gives its loop back. */
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
        throw new UnsupportedOperationException("a executor has no timers");
    }

    @Override
    public long nanoTime() {
        EventLoop present = loop;
        return present == null ? System.nanoTime() : present.nanoTime();
    }
}
