package io.heliograph.testkit;

import io.heliograph.transport.EventLoop;
import java.time.Duration;

/** Event loop that runs each task at once on the calling thread. Its timers never fire. */
public final class InlineEventLoop implements EventLoop {

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return () -> {};
    }

    @Override
    public long nanoTime() {
        return 0;
    }
}
