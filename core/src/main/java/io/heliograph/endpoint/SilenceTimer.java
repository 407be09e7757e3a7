package io.heliograph.endpoint;

import static io.heliograph.internal.Check.positive;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reports the silence of a peer. Time in which this side could not listen does not count: while its event loop was
 * blocked, its process was stopped, or reading was paused. Event loop only.
 *
 * <p>A received message only stores the time. One timer of the event loop is scheduled; if it fires early because of a
 * later message, it is scheduled again.
 */
public final class SilenceTimer {

    private final EventLoop loop;
    private final Duration limit;
    private final Runnable onSilence;

    private @Nullable ListeningClock clock;
    private EventLoop.@Nullable Timer timer;
    private long heardAt;
    private boolean paused;

    /**
     * Creates a timer that has not started.
     *
     * @param limit longest silence; must be positive
     * @param onSilence runs once after each start, when the peer was silent for {@code limit}; the timer has stopped then
     */
    public SilenceTimer(EventLoop loop, Duration limit, Runnable onSilence) {
        this.loop = loop;
        this.limit = positive("limit", limit);
        this.onSilence = onSilence;
    }

    /** Starts the measurement, or restarts it. {@link #stop} must follow. */
    public void start() {
        ListeningClock present = clock;
        if (present == null) {
            present = ListeningClock.lease(loop, limit);
            clock = present;
        }
        heardAt = present.nanoTime();
        if (timer == null && !paused) {
            schedule(limit);
        }
    }

    /** Records that the peer has sent something. Ignored unless the timer has started. */
    public void heard() {
        ListeningClock present = clock;
        if (present != null) {
            heardAt = present.nanoTime();
        }
    }

    /** Records that reading was paused, so that nothing is received; silence is not reported until {@link #resume}. */
    public void pause() {
        paused = true;
        cancel();
    }

    /** Records that reading was resumed. The silence starts again, because what the peer has sent meanwhile is not read yet. */
    public void resume() {
        paused = false;
        ListeningClock present = clock;
        if (present != null) {
            heardAt = present.nanoTime();
            if (timer == null) {
                schedule(limit);
            }
        }
    }

    /** Stops the measurement. Repeated calls have no effect. */
    public void stop() {
        cancel();
        ListeningClock present = clock;
        clock = null;
        if (present != null) {
            present.release();
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void schedule(Duration left) {
        timer = loop.schedule(left, this::check);
    }

    private void check() {
        timer = null;
        ListeningClock present = clock;
        if (present == null) {
            return;
        }
        long left = limit.toNanos() - (present.nanoTime() - heardAt);
        if (left > 0) {
            schedule(Duration.ofNanos(left));
        } else {
            stop();
            onSilence.run();
        }
    }
}
