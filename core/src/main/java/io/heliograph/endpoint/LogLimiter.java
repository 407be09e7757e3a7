package io.heliograph.endpoint;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Limits how often events of one kind are logged: the first one at once, then one per interval with the number of those that were
 * not logged. Thread-safe.
 *
 * <p>Remembers the 64 kinds used last; a kind that was forgotten is logged again.
 */
public final class LogLimiter {

    /** Returned by {@link #permit} for an event that is not logged. */
    public static final long SUPPRESSED = -1;

    private static final int MAX_KINDS = 64;

    private final long interval;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private final Map<String, Kind> kinds = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kind> eldest) {
            return size() > MAX_KINDS;
        }
    };

    private static final class Kind {
        long loggedAt;
        long suppressed;
    }

    /** Creates a limiter that lets one event of each kind pass per 10 seconds. */
    public LogLimiter() {
        this(Duration.ofSeconds(10), System::nanoTime);
    }

    /**
     * Creates a limiter.
     *
     * @param interval time between two logged events of one kind
     * @param nanoTime clock, as {@link System#nanoTime()}
     */
    public LogLimiter(Duration interval, LongSupplier nanoTime) {
        this.interval = interval.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * Counts an event.
     *
     * @return the number of events of this kind that were not logged since the last one that was, or {@link #SUPPRESSED} if this
     *     one must not be logged
     */
    public synchronized long permit(String kind) {
        long now = nanoTime.getAsLong();
        Kind known = kinds.get(kind);
        if (known == null) {
            known = new Kind();
            kinds.put(kind, known);
        } else if (now - known.loggedAt < interval) {
            known.suppressed++;
            return SUPPRESSED;
        }
        long suppressed = known.suppressed;
        known.loggedAt = now;
        known.suppressed = 0;
        return suppressed;
    }
}
