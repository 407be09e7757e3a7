package io.heliograph.realtime.server;

import java.time.Duration;

/**
 * The times that matter to one socket: its next ping, and the ends of its patience with the client's silence, with its handshake
 * and with its token. It waits for the next of them. The loop's own.
 *
 * <p>A sign of life only moves an end; when it is woken too early, it waits anew.
 */
final class ConnectionTimers extends TimerHeap.Alarm {

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

    /** How long sockets wait for what, in nanoseconds; {@code pingTimeout} is zero for no pings and no end of patience. */
    record Patience(long pingInterval, long pingTimeout, long handshakeTimeout) {

        Patience(Duration pingInterval, Duration pingTimeout, Duration handshakeTimeout) {
            this(pingInterval.toNanos(), pingTimeout.toNanos(), handshakeTimeout.toNanos());
        }
    }

    private final ServerLoop home;
    private final Due due;
    private final Patience patience;

    private long nextPing = NEVER;
    private long silence = NEVER;
    private long handshake;
    private long token = NEVER;
    private boolean stopped;

    ConnectionTimers(ServerLoop home, Due due, Patience patience) {
        this.home = home;
        this.due = due;
        this.patience = patience;
        long now = home.loop.nanoTime();
        handshake = after(now, patience.handshakeTimeout);
        if (patience.pingTimeout > 0) {
            nextPing = after(now, patience.pingInterval);
            silence = after(now, patience.pingTimeout);
        }
    }

    /** To be called once. */
    void start() {
        arm();
    }

    private static long after(long now, long nanos) {
        return now + nanos < now ? NEVER - 1 : now + nanos;
    }

    /** A pong has come. */
    void pong() {
        if (patience.pingTimeout > 0) {
            silence = after(home.loop.nanoTime(), patience.pingTimeout);
        }
    }

    /** Anything else has come: a sign of life too, if the last one is some time ago. */
    void message(long now) {
        if (patience.pingTimeout > 0 && silence - now < patience.pingTimeout - patience.pingTimeout / 4) {
            silence = after(now, patience.pingTimeout);
        }
    }

    void handshakeCame() {
        handshake = NEVER;
    }

    /** The token has changed. */
    void tokenChanged() {
        long millis = due.tokenMillisLeft();
        token = millis < 0 ? NEVER : after(home.loop.nanoTime(), tokenDelay(millis));
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
        home.alarms.remove(this);
    }

    private void arm() {
        long next = Math.min(Math.min(nextPing, silence), Math.min(handshake, token));
        if (next < NEVER && !waitsUntil(next)) {
            home.alarms.put(this, next);
        }
    }

    @Override
    void due(long now) {
        if (now >= silence) {
            silence = due.silent() ? NEVER : after(now, patience.pingTimeout);
        }
        if (!stopped && now >= handshake) {
            handshake = NEVER;
            due.handshakeOverdue();
        }
        if (!stopped && now >= nextPing) {
            nextPing = after(nextPing, patience.pingInterval);
            if (nextPing <= now) {
                nextPing = after(now, patience.pingInterval); // the loop was held up
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
