package io.heliograph.endpoint;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Clock of the time in which an event loop was able to listen. It stands still while the loop is blocked or the process is stopped, by
 * a suspended laptop or a paused container for instance, so that silence of a peer is not confused with our own. Event loop only.
 *
 * <p>While the clock is leased, a timer of the loop samples it. A gap between two samples counts as two sampling intervals at most.
 */
public final class ListeningClock {

    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(5);
    private static final int SAMPLES_PER_LIMIT = 8;

    // Each entry is changed by the thread of its loop only.
    private static final Map<Key, ListeningClock> clocks = new ConcurrentHashMap<>();

    private record Key(EventLoop loop, Duration interval) {}

    private final Key key;
    private int leases;
    private long listened;
    private long sampledAt;
    private EventLoop.@Nullable Timer timer;

    private ListeningClock(Key key) {
        this.key = key;
        this.sampledAt = key.loop.nanoTime();
    }

    /**
     * Leases the clock of an event loop. {@link #release} must follow.
     *
     * @param limit shortest time that is measured with the clock; determines the sampling interval
     */
    public static ListeningClock lease(EventLoop loop, Duration limit) {
        Duration eighth = limit.dividedBy(SAMPLES_PER_LIMIT);
        Duration interval = eighth.compareTo(LONGEST_INTERVAL) > 0
                ? LONGEST_INTERVAL
                : eighth.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : eighth;
        ListeningClock clock = clocks.computeIfAbsent(new Key(loop, interval), ListeningClock::new);
        if (clock.leases++ == 0) {
            clock.sampledAt = loop.nanoTime();
            clock.scheduleSample();
        }
        return clock;
    }

    /** Ends a lease. The last one stops the sampling. */
    public void release() {
        if (--leases == 0) {
            clocks.remove(key);
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        }
    }

    /** Returns the time in which the loop was able to listen, in nanoseconds since an arbitrary origin. */
    public long nanoTime() {
        long now = key.loop.nanoTime();
        listened += Math.min(now - sampledAt, 2 * key.interval.toNanos());
        sampledAt = now;
        return listened;
    }

    private void scheduleSample() {
        try {
            timer = key.loop.schedule(key.interval, () -> {
                nanoTime();
                scheduleSample();
            });
        } catch (RejectedExecutionException ended) {
            clocks.remove(key); // nothing of the loop runs any more
        }
    }
}
