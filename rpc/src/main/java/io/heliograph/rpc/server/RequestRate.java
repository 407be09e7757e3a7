package io.heliograph.rpc.server;

import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.ReadThrottle.Reason;
import io.heliograph.transport.EventLoop;
import java.time.Duration;

/** Rate limit of one socket: reading pauses at the limit until the next second. Event loop only. */
final class RequestRate {

    private static final long SECOND = 1_000_000_000L;

    private final int limit;
    private final EventLoop loop;
    private final ReadThrottle throttle;
    private long secondStart;
    private int requests;

    /**
     * Creates a rate limit.
     *
     * @param limit requests per second; zero for no limit
     */
    RequestRate(int limit, EventLoop loop, ReadThrottle throttle) {
        this.limit = limit;
        this.loop = loop;
        this.throttle = throttle;
        this.secondStart = loop.nanoTime();
    }

    /** Counts a request. */
    void count() {
        if (limit == 0) {
            return;
        }
        long now = loop.nanoTime();
        if (now - secondStart >= SECOND) {
            startSecond(now);
        }
        if (++requests == limit) {
            throttle.pause(Reason.RATE);
            loop.schedule(Duration.ofNanos(secondStart + SECOND - now), () -> {
                startSecond(loop.nanoTime());
                throttle.resume(Reason.RATE);
            });
        }
    }

    private void startSecond(long now) {
        secondStart = now;
        requests = 0;
    }
}
