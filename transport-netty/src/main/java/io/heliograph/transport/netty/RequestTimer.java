package io.heliograph.transport.netty;

import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Timer of an HTTP connection, for one step at a time. Event loop only. */
final class RequestTimer {

    private final EventLoop loop;
    private @Nullable SilenceTimer timer;

    RequestTimer(EventLoop loop) {
        this.loop = loop;
    }

    /** Runs a task after the delay, in place of the task of the step before. */
    void start(Duration delay, Runnable task) {
        stop();
        timer = new SilenceTimer(loop, delay, task);
        timer.start();
    }

    void stop() {
        if (timer != null) {
            timer.stop();
            timer = null;
        }
    }
}
