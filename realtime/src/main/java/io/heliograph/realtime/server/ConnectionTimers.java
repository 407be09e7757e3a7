package io.heliograph.realtime.server;

import java.time.Duration;

/**
 * Deadlines of one connection: next ping, ping timeout, handshake timeout and expiry of the token. One timer is scheduled for the
 * earliest. Event loop only.
 *
 * <p>A received message only moves a deadline; a timer that fires too early is scheduled again.
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
    }

    private final LoopContext context;
    private final Listener listener;
    private final Timeouts timeouts;

    private long nextPing = NEVER;
    private long pongDeadline = NEVER;
    private long handshake;
    private long token = NEVER;
    private boolean stopped;

    ConnectionTimers(LoopContext context, Listener listener, Timeouts timeouts) {
        this.context = context;
        this.listener = listener;
        this.timeouts = timeouts;
        long now = context.loop.nanoTime();
        handshake = after(now, timeouts.handshakeTimeout);
        if (timeouts.pingTimeout > 0) {
            nextPing = after(now, timeouts.pingInterval);
            pongDeadline = after(now, timeouts.pingTimeout);
        }
    }

    void start() {
        schedule();
    }

    private static long after(long now, long nanos) {
        return now + nanos < now ? NEVER - 1 : now + nanos;
    }

    /** Records a pong. */
    void pong() {
        if (timeouts.pingTimeout > 0) {
            pongDeadline = after(context.loop.nanoTime(), timeouts.pingTimeout);
        }
    }

    /** Records another message, which extends the deadline after a quarter of the ping timeout. */
    void message(long now) {
        if (timeouts.pingTimeout > 0 && pongDeadline - now < timeouts.pingTimeout - timeouts.pingTimeout / 4) {
            pongDeadline = after(now, timeouts.pingTimeout);
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
        long next = Math.min(Math.min(nextPing, pongDeadline), Math.min(handshake, token));
        if (next < NEVER && !isScheduledBy(next)) {
            context.timers.schedule(this, next);
        }
    }

    @Override
    void expired(long now) {
        if (now >= pongDeadline) {
            pongDeadline = listener.pingTimedOut() ? NEVER : after(now, timeouts.pingTimeout);
        }
        if (!stopped && now >= handshake) {
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
