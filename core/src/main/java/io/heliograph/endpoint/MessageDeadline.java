package io.heliograph.endpoint;

import io.heliograph.transport.EventLoop;
import java.time.Duration;

/**
 * Deadline of the message that a connection is receiving, so that a peer that never completes its message does not hold memory for
 * ever. Time in which this side could not listen does not count, as with {@link SilenceTimer}. Event loop only.
 */
public final class MessageDeadline {

    private final SilenceTimer timer;
    private final Runnable onExpiry;

    // Whether a message is unfinished, and whether the timer runs. The timer continues after a message: a connection
    // that receives many long messages schedules one timer, not one for each.
    private boolean running;
    private boolean started;

    /**
     * Creates a deadline without a message.
     *
     * @param timeout time from the first part of a message to its end; must be positive
     * @param onExpiry runs once when a message is not complete in time
     */
    public MessageDeadline(EventLoop loop, Duration timeout, Runnable onExpiry) {
        this.timer = new SilenceTimer(loop, timeout, this::expired);
        this.onExpiry = onExpiry;
    }

    /** Ends the deadline of a message that is complete. */
    public void completed() {
        running = false;
    }

    /**
     * Starts or stops the deadline after a read.
     *
     * @param unfinished whether the connection holds a part of a message
     */
    public void update(boolean unfinished) {
        if (!unfinished) {
            running = false;
        } else if (!running) {
            running = true;
            if (started) {
                timer.heard();
            } else {
                started = true;
                timer.start();
            }
        }
    }

    private void expired() {
        started = false;
        if (running) {
            running = false;
            onExpiry.run();
        }
    }

    /** Records that reading was paused: the deadline does not expire until {@link #resume}. */
    public void pause() {
        timer.pause();
    }

    /** Records that reading was resumed. The time starts again, because the rest of the message may not be read yet. */
    public void resume() {
        timer.resume();
    }

    /** Stops the deadline. Must be called when the connection closes. */
    public void stop() {
        running = false;
        started = false;
        timer.stop();
    }
}
