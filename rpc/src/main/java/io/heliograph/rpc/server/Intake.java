package io.heliograph.rpc.server;

import io.heliograph.transport.Link;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * When a socket is read: not while the listeners of its connection are heard, too many of its calls run, or it has sent its share
 * of this second. On the loop, except where it says otherwise.
 */
final class Intake {

    private static final long SECOND = 1_000_000_000L;

    // Why reading is stopped; several may hold at once.
    private static final int FOR_LISTENERS = 1;
    private static final int FOR_CALLS = 2;
    private static final int FOR_RATE = 4;

    private final ServerOptions options;
    private final Link link;
    private final ServerSession session;
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean heldForCalls;

    // The loop's own.
    private int held;
    private long secondBegan;
    private int inSecond;

    Intake(ServerOptions options, Link link, ServerSession session) {
        this.options = options;
        this.link = link;
        this.session = session;
        this.secondBegan = link.loop().nanoTime();
    }

    void waitForListeners(boolean wait) {
        hold(FOR_LISTENERS, wait);
    }

    boolean isWaitingForListeners() {
        return (held & FOR_LISTENERS) != 0;
    }

    /** Counts a request against the limit of a second. */
    void countRequest() {
        int limit = options.maxRequestsPerSecond;
        if (limit == 0) {
            return;
        }
        long now = link.loop().nanoTime();
        if (now - secondBegan >= SECOND) {
            secondBegan = now;
            inSecond = 0;
        }
        if (++inSecond == limit) {
            hold(FOR_RATE, true);
            link.loop().schedule(Duration.ofNanos(secondBegan + SECOND - now), () -> {
                secondBegan = link.loop().nanoTime();
                inSecond = 0;
                hold(FOR_RATE, false);
            });
        }
    }

    /** A call begins. */
    void began() {
        if (running.incrementAndGet() >= options.maxPendingRequests && !heldForCalls) {
            heldForCalls = true;
            hold(FOR_CALLS, true);
            release(); // calls may have ended meanwhile
        }
    }

    /** A call begins that is over before anything else is read. */
    void beganBuiltIn() {
        running.incrementAndGet();
    }

    /** A call has ended; any thread. */
    void ended() {
        if (running.decrementAndGet() <= options.maxPendingRequests / 2 && heldForCalls) {
            session.onLoop(this::release);
        }
    }

    private void release() {
        if (heldForCalls && running.get() <= options.maxPendingRequests / 2) {
            heldForCalls = false;
            hold(FOR_CALLS, false);
        }
    }

    private void hold(int why, boolean wanted) {
        int before = held;
        held = wanted ? held | why : held & ~why;
        if ((before == 0) != (held == 0)) {
            link.reading(held == 0);
        }
    }
}
