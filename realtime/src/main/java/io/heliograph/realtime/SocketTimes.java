package io.heliograph.realtime;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The times that matter to one socket: its next ping, and the ends of its patience with the client's silence, with its handshake
 * and with its token. One timer serves them all, set for the next of them. The loop's own.
 *
 * <p>A sign of life only moves an end; the timer, when it goes off too early, is set anew.
 */
final class SocketTimes {

    private static final long NEVER = Long.MAX_VALUE;
    private static final long LONGEST = Duration.ofDays(1).toNanos();

    /** Told on the loop when a time has come. */
    interface Due {

        void sendPing();

        /** The client was silent for too long; false gives it as long again. */
        boolean silent();

        void handshakeOverdue();

        /** Looks at the token; returns how long it is valid, in ms, or a negative number for no token that ends. */
        long tokenMillisLeft();
    }

    private final EventLoop loop;
    private final Due due;
    private final long pingInterval;
    private final long pingTimeout;

    private long nextPing = NEVER;
    private long silence = NEVER;
    private long lastSign;
    private long handshake;
    private long token = NEVER;
    private long armedFor = NEVER;
    private EventLoop.@Nullable Timer timer;
    private boolean stopped;

    /**
     * @param pingTimeout zero for no pings and no end of patience
     */
    SocketTimes(
            EventLoop loop,
            Due due,
            Duration pingInterval,
            Duration pingTimeout,
            Duration handshakeTimeout) {
        this.loop = loop;
        this.due = due;
        this.pingInterval = pingInterval.toNanos();
        this.pingTimeout = pingTimeout.toNanos();
        long now = loop.nanoTime();
        lastSign = now;
        handshake = after(now, handshakeTimeout.toNanos());
        if (this.pingTimeout > 0) {
            nextPing = after(now, this.pingInterval);
            silence = after(now, this.pingTimeout);
        }
    }

    /** Sets the timer; to be called once. */
    void start() {
        arm();
    }

    private static long after(long now, long nanos) {
        return now + nanos < now ? NEVER - 1 : now + nanos;
    }

    /** A pong has come. */
    void pong() {
        if (pingTimeout > 0) {
            lastSign = loop.nanoTime();
            silence = after(lastSign, pingTimeout);
        }
    }

    /** Anything else has come: a sign of life too, if the last one is some time ago. */
    void message(long now) {
        if (pingTimeout > 0 && now - lastSign > pingTimeout / 4) {
            lastSign = now;
            silence = after(now, pingTimeout);
        }
    }

    void handshakeCame() {
        handshake = NEVER;
    }

    /** The token has changed. */
    void tokenChanged() {
        long millis = due.tokenMillisLeft();
        token = millis < 0 ? NEVER : after(loop.nanoTime(), tokenDelay(millis));
        if (!stopped) {
            arm();
        }
    }

    /** A token is valid up to its last millisecond; far ends are looked at once a day. */
    private static long tokenDelay(long millis) {
        return millis >= LONGEST / 1_000_000 ? LONGEST : (millis + 1) * 1_000_000;
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void arm() {
        long next = Math.min(Math.min(nextPing, silence), Math.min(handshake, token));
        if (next >= armedFor) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        armedFor = next;
        timer = loop.schedule(Duration.ofNanos(Math.max(0, next - loop.nanoTime())), this::fired);
    }

    private void fired() {
        timer = null;
        armedFor = NEVER;
        long now = loop.nanoTime();
        if (!stopped && now >= silence) {
            silence = due.silent() ? NEVER : after(now, pingTimeout);
        }
        if (!stopped && now >= handshake) {
            handshake = NEVER;
            due.handshakeOverdue();
        }
        if (!stopped && now >= nextPing) {
            nextPing = after(nextPing, pingInterval);
            if (nextPing <= now) {
                nextPing = after(now, pingInterval); // the loop was held up
            }
            due.sendPing();
        }
        if (!stopped && now >= token) {
            long millis = due.tokenMillisLeft();
            token = millis < 0 ? NEVER : after(now, tokenDelay(millis));
        }
        if (!stopped) {
            arm();
        }
    }
}
