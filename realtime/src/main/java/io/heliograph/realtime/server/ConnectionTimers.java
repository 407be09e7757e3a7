package io.heliograph.realtime.server;

import java.time.Duration;

/**
 * Deadlines of one connection: next ping, ping timeout, handshake timeout and expiry of the token. One timer is
 * scheduled for the earliest. Event loop only.
 *
 * <p>A received message only moves a deadline; if the timer fires before the moved deadline, it is scheduled again.
 * Time in which the event loop could not listen to the client does not count as its silence.
 */
final class ConnectionTimers extends TimerHeap.Timer {

    private static final long NEVER = Long.MAX_VALUE;

    /** Maximum time until the next check of the token, because the wall clock may be set while the token is valid. */
    private static final long MAX_TOKEN_DELAY = Duration.ofMinutes(1).toNanos();

    /** Receiver of expired deadlines. Event loop only. */
    interface Listener {

        void pingDue();

        /** Handles the ping timeout. Returning false starts it again. */
        boolean pingTimedOut();

        void handshakeTimedOut();

        /** Checks the token. Returns its remaining lifetime in milliseconds, or a negative number without a token that expires. */
        long remainingTokenMillis();
    }

    /** Timeouts of all connections, in nanoseconds; a {@code pingTimeout} of zero disables pings. */
    record Timeouts(long pingInterval, long pingTimeout, long handshakeTimeout) {

        Timeouts(Duration pingInterval, Duration pingTimeout, Duration handshakeTimeout) {
            this(pingInterval.toNanos(), pingTimeout.toNanos(), handshakeTimeout.toNanos());
        }

        /** Returns the shortest silence that is measured. */
        Duration shortest() {
            return Duration.ofNanos(pingTimeout == 0 ? handshakeTimeout : Math.min(pingTimeout, handshakeTimeout));
        }
    }

    private final LoopContext context;
    private final Listener listener;
    private final Timeouts timeouts;

    // By the clock of the event loop.
    private long nextPing = NEVER;
    private long token = NEVER;

    // By the time of listening.
    private long pongDeadline = NEVER;
    private long handshake = NEVER;

    private boolean stopped;

    ConnectionTimers(LoopContext context, Listener listener, Timeouts timeouts) {
        this.context = context;
        this.listener = listener;
        this.timeouts = timeouts;
    }

    void start() {
        long listened = context.listeningTime();
        handshake = after(listened, timeouts.handshakeTimeout);
        if (timeouts.pingTimeout > 0) {
            nextPing = after(context.loop.nanoTime(), timeouts.pingInterval);
            pongDeadline = after(listened, timeouts.pingTimeout);
        }
        schedule();
    }

    private static long after(long now, long nanos) {
        return now + nanos < now ? NEVER - 1 : now + nanos;
    }

    /** Starts the silence again: after a pong, and after reading was paused, when pongs may be unread. */
    void heard() {
        if (timeouts.pingTimeout > 0) {
            pongDeadline = after(context.listeningTime(), timeouts.pingTimeout);
        }
    }

    /** Records another message, which extends the deadline after a quarter of the ping timeout. */
    void message() {
        long listened = context.listeningTime();
        if (timeouts.pingTimeout > 0 && pongDeadline - listened < timeouts.pingTimeout - timeouts.pingTimeout / 4) {
            pongDeadline = after(listened, timeouts.pingTimeout);
        }
    }

    void handshakeReceived() {
        handshake = NEVER;
    }

    /** Records a new token or its removal. */
    void tokenChanged() {
        long millis = listener.remainingTokenMillis();
        token = millis < 0 ? NEVER : after(context.loop.nanoTime(), tokenDelay(millis));
        if (!stopped) {
            schedule();
        }
    }

    /** Returns the delay until the end of the last valid millisecond, at most {@link #MAX_TOKEN_DELAY}. */
    private static long tokenDelay(long millis) {
        return millis >= MAX_TOKEN_DELAY / 1_000_000 ? MAX_TOKEN_DELAY : (millis + 1) * 1_000_000;
    }

    void stop() {
        stopped = true;
        context.timers.cancel(this);
    }

    private void schedule() {
        long silence = Math.min(pongDeadline, handshake);
        long next = Math.min(nextPing, token);
        if (silence < NEVER) {
            long left = Math.max(0, silence - context.listeningTime());
            next = Math.min(next, after(context.loop.nanoTime(), left));
        }
        if (next < NEVER && !isScheduledBy(next)) {
            context.timers.schedule(this, next);
        }
    }

    @Override
    void expired(long now) {
        long listened = context.listeningTime();
        if (listened >= pongDeadline) {
            pongDeadline = listener.pingTimedOut() ? NEVER : after(listened, timeouts.pingTimeout);
        }
        if (!stopped && listened >= handshake) {
            handshake = NEVER;
            listener.handshakeTimedOut();
        }
        if (!stopped && now >= nextPing) {
            nextPing = after(nextPing, timeouts.pingInterval);
            if (nextPing <= now) {
                nextPing = after(now, timeouts.pingInterval); // the event loop was late
            }
            listener.pingDue();
        }
        if (!stopped && now >= token) {
            long millis = listener.remainingTokenMillis();
            token = millis < 0 ? NEVER : after(now, tokenDelay(millis));
        }
        if (!stopped) {
            schedule();
        }
    }
}
