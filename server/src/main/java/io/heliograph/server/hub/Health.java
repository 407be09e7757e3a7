package io.heliograph.server.hub;

import io.heliograph.http.HttpResponse;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Health and readiness of a hub: {@code /healthz} is 503 if an event loop has not run for 10 s, {@code /readyz} is 503 unless all listeners are
 * open and no drain runs. Answered on event loops, without other threads. Thread-safe.
 */
final class Health {

    static final String HEALTHZ = "/healthz";
    static final String READYZ = "/readyz";

    /** Time without a run after which an event loop is blocked. */
    static final Duration BLOCKED_AFTER = Duration.ofSeconds(10);

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int MAX_LOOPS = 1024;

    private final Map<EventLoop, Long> lastRuns = new ConcurrentHashMap<>();
    private final Map<EventLoop, Long> lags = new ConcurrentHashMap<>();
    private final BooleanSupplier ready;
    private volatile boolean ended;

    /** @param ready whether the hub accepts connections; must not block */
    Health(BooleanSupplier ready) {
        this.ready = ready;
    }

    /** Answers the two paths, unless the program does. */
    void serveOn(WebServer server, Set<String> taken) {
        if (!taken.contains(HEALTHZ)) {
            server.serveAsync(HEALTHZ, exchange -> exchange.answer(status(isHealthy(System.nanoTime()))));
        }
        if (!taken.contains(READYZ)) {
            server.serveAsync(READYZ, exchange -> exchange.answer(status(ready.getAsBoolean())));
        }
    }

    private static HttpResponse status(boolean good) {
        return good ? HttpResponse.text(200, "ok\n") : HttpResponse.text(503, "unavailable\n");
    }

    /** Begins to watch the event loops of a transport. */
    void watch(Transport transport) {
        Set<EventLoop> loops = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < MAX_LOOPS && loops.add(transport.nextLoop()); i++) {
            // The transport returns its loops in turn.
        }
        loops.forEach(this::watch);
    }

    void watch(EventLoop loop) {
        lastRuns.put(loop, System.nanoTime());
        beat(loop);
    }

    private void beat(EventLoop loop) {
        try {
            loop.schedule(INTERVAL, () -> {
                if (!ended) {
                    long now = System.nanoTime();
                    Long last = lastRuns.put(loop, now);
                    lags.put(loop, last == null ? 0 : Math.max(0, now - last - INTERVAL.toNanos()));
                    beat(loop);
                }
            });
        } catch (RejectedExecutionException closed) {
            lastRuns.remove(loop);
        }
    }

    /** The longest delay of an event loop, now or at its last run. */
    Duration lag(long now) {
        long longest = 0;
        for (long lag : lags.values()) {
            longest = Math.max(longest, lag);
        }
        for (long last : lastRuns.values()) {
            longest = Math.max(longest, now - last - INTERVAL.toNanos());
        }
        return Duration.ofNanos(longest);
    }

    boolean isHealthy(long now) {
        for (long last : lastRuns.values()) {
            if (now - last > BLOCKED_AFTER.toNanos()) {
                return false;
            }
        }
        return true;
    }

    void end() {
        ended = true;
    }
}
