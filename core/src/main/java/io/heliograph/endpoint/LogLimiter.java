package io.heliograph.endpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Limits how often events of one kind are logged: the first one at once, then one per interval with the number of
 * suppressed events. Thread-safe.
 *
 * <p>Distinguishes at most {@value #MAX_KINDS} kinds per interval. Further kinds share one event per interval, so that
 * the number of logged events is bounded whatever a peer sends.
 */
public final class LogLimiter {

    /** Returned by {@link #permit} for an event that is not logged. */
    public static final long SUPPRESSED = -1;

    /** Maximum number of kinds that are distinguished per interval. */
    public static final int MAX_KINDS = 64;

    private static final String OTHER_KINDS = "other failures";

    private final long interval;
    private final LongSupplier nanoTime;

    // Guarded by this. The kind used least recently is the first one.
    private final Map<String, Kind> kinds = new LinkedHashMap<>(16, 0.75f, true);
    private final Kind otherKinds = new Kind();

    private static final class Kind {
        long loggedAt;
        long suppressed;
        boolean used;
    }

    /**
     * Number of events that were not logged.
     *
     * @param kind kind of the events
     * @param count number of events; positive
     */
    public record Suppressed(String kind, long count) {}

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
     * @return the number of events of this kind that were suppressed since the last logged one, or {@link #SUPPRESSED}
     *     if this event must not be logged
     */
    public synchronized long permit(String kind) {
        long now = nanoTime.getAsLong();
        Kind known = known(kind, now);
        if (isFresh(known, now)) {
            known.suppressed++;
            return SUPPRESSED;
        }
        long suppressed = known.suppressed;
        known.used = true;
        known.loggedAt = now;
        known.suppressed = 0;
        return suppressed;
    }

    /** Returns and resets the numbers of suppressed events whose interval has ended. */
    public synchronized List<Suppressed> takeSuppressed() {
        long now = nanoTime.getAsLong();
        List<Suppressed> taken = new ArrayList<>();
        kinds.forEach((name, kind) -> take(name, kind, now, taken));
        take(OTHER_KINDS, otherKinds, now, taken);
        return taken;
    }

    private void take(String name, Kind kind, long now, List<Suppressed> taken) {
        if (kind.suppressed > 0 && !isFresh(kind, now)) {
            taken.add(new Suppressed(name, kind.suppressed));
            kind.suppressed = 0;
        }
    }

    private Kind known(String name, long now) {
        Kind known = kinds.get(name);
        if (known != null) {
            return known;
        }
        if (kinds.size() >= MAX_KINDS) {
            Iterator<Kind> all = kinds.values().iterator();
            Kind leastUsed = all.next();
            if (isFresh(leastUsed, now)) {
                return otherKinds;
            }
            otherKinds.suppressed += leastUsed.suppressed;
            all.remove();
        }
        Kind added = new Kind();
        kinds.put(name, added);
        return added;
    }

    private boolean isFresh(Kind kind, long now) {
        return kind.used && now - kind.loggedAt < interval;
    }
}
