package io.heliograph.server;

import static io.heliograph.internal.Check.notNegative;

import java.time.Duration;

/**
 * Plan of {@link Hub#drain(Drain)}: the end of a hub without lost calls.
 *
 * <ol>
 *   <li>{@code /readyz} answers 503 for the {@code delay}, in which load balancers notice.
 *   <li>The listeners stop listening.
 *   <li>Each connection receives the answers of its running calls, for at most the {@code grace}; the rest fails with {@code ServerClosingError},
 *       and so does a call that arrives meanwhile. Then the connection is closed, and the client knows when to connect again.
 *   <li>The hub closes. Connections that are still open 5 s after their close are aborted.
 * </ol>
 *
 * @param mode the servers to which clients connect again, which decides when each connection is closed
 * @param delay time between the end of readiness and the end of listening; not negative
 * @param time time over which the clients are spread: with {@link Mode#ROLLING} the time in which the connections are closed, with {@link
 *     Mode#RESTART} that of the hints; not negative
 * @param grace time of the running calls of a connection; not negative
 */
public record Drain(Mode mode, Duration delay, Duration time, Duration grace) {

    /** Servers to which clients connect again. */
    public enum Mode {

        /**
         * To the next process at this address, which does not listen yet. All connections are closed at once, those of RPC last, whose clients of
         * npm give up 4 s after the end of the server. Requests for a WebSocket receive 503 with {@code Retry-After}.
         */
        RESTART,

        /** To other servers, or to a process that already listens on the same port. The connections are closed in random order, evenly. */
        ROLLING
    }

    /**
     * Outcome of a drain.
     *
     * @param connections connections that the drain has closed
     * @param aborted connections among them whose client did not read the close in time
     */
    public record Result(int connections, int aborted) {}

    private static final Duration TIME = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(5);

    public Drain {
        notNegative("delay", delay);
        notNegative("time", time);
        notNegative("grace", grace);
    }

    /** Returns a plan with no delay, 20 s and a grace of 5 s. */
    public static Drain of(Mode mode) {
        return new Drain(mode, Duration.ZERO, TIME, GRACE);
    }

    public Drain withDelay(Duration delay) {
        return new Drain(mode, delay, time, grace);
    }

    public Drain withTime(Duration time) {
        return new Drain(mode, delay, time, grace);
    }

    public Drain withGrace(Duration grace) {
        return new Drain(mode, delay, time, grace);
    }
}
