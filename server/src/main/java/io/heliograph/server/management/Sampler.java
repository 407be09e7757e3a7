package io.heliograph.server.management;

import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.server.stats.HubStats;
import io.heliograph.server.stats.Latency;
import io.heliograph.server.stats.ListenerStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Samples the statistics once per second, on a virtual thread: figures of the last hour, and the messages that were dropped in each second. Thread-safe.
 */
final class Sampler implements AutoCloseable {

    /** Points that are kept: an hour. */
    static final int MAX_POINTS = 3600;

    /** Entries of the log of drops that are kept. */
    static final int MAX_DROPS = 1000;

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Names of the figures of a point, in order. Rates are per second. */
    static final List<String> COLUMNS = List.of(
            "time",
            "connections",
            "published",
            "delivered",
            "received",
            "sent",
            "bytesReceived",
            "bytesSent",
            "calls",
            "drops",
            "queuedBytes",
            "callP99Micros",
            "subscriptions",
            "heapUsed",
            "cpuPercent",
            "loopLagMillis");

    /**
     * Messages that were dropped for one reason in one second.
     *
     * @param number number of the entry since the start, from 1
     * @param listener URL of the listener; empty for the exchange
     */
    record Drop(long number, Instant at, String protocol, String listener, DropReason reason, long count) {}

    private record Source(String protocol, String listener, DropReason reason) {}

    private final Supplier<HubStats> snapshot;
    private volatile @Nullable Thread thread;
    private volatile boolean closed;
    private volatile @Nullable HubStats latest;

    // Guarded by this.
    private final ArrayDeque<long[]> points = new ArrayDeque<>();
    private final ArrayDeque<Drop> drops = new ArrayDeque<>();
    private Map<Source, Long> dropped = Map.of();
    private long dropNumber;

    Sampler(Supplier<HubStats> snapshot) {
        this.snapshot = snapshot;
    }

    /** @param onFailure receives failures of a sample, which is then missing */
    void start(Consumer<Throwable> onFailure) {
        thread = Thread.ofVirtual().name("heliograph-statistics").start(() -> {
            long next = System.nanoTime();
            while (!closed) {
                try {
                    sample(snapshot.get());
                } catch (RuntimeException failure) {
                    onFailure.accept(failure);
                }
                next += INTERVAL.toNanos();
                for (long left = next - System.nanoTime(); left > 0 && !closed; left = next - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            LockSupport.unpark(running);
        }
    }

    synchronized void sample(HubStats now) {
        HubStats before = latest;
        latest = now;
        Map<Source, Long> counts = drops(now);
        if (before != null) {
            add(points, point(before, now), MAX_POINTS);
            counts.forEach((source, count) -> {
                long more = count - dropped.getOrDefault(source, 0L);
                if (more > 0) {
                    add(
                            drops,
                            new Drop(++dropNumber, now.at(), source.protocol, source.listener, source.reason, more),
                            MAX_DROPS);
                }
            });
        }
        dropped = counts;
    }

    private static <T> void add(ArrayDeque<T> queue, T element, int limit) {
        if (queue.size() == limit) {
            queue.removeFirst();
        }
        queue.addLast(element);
    }

    private static Map<Source, Long> drops(HubStats stats) {
        Map<Source, Long> counts = new HashMap<>();
        for (ListenerStats each : stats.listeners()) {
            each.endpoint()
                    .drops()
                    .forEach((reason, count) -> counts.put(new Source(each.protocol(), each.url(), reason), count));
        }
        stats.exchange().drops().forEach((reason, count) -> counts.put(new Source("exchange", "", reason), count));
        return counts;
    }

    private static long[] point(HubStats before, HubStats now) {
        double seconds = Math.max(1e-3, Duration.between(before.at(), now.at()).toNanos() / 1e9);
        EndpointStats was = before.total();
        EndpointStats is = now.total();
        Latency calls = now.callLatency().since(before.callLatency());
        double cpu = now.jvm().cpuTime().minus(before.jvm().cpuTime()).toNanos() / 1e7 / seconds;
        return new long[] {
            now.at().getEpochSecond(),
            is.connections(),
            rate(now.exchange().published() - before.exchange().published(), seconds),
            rate(now.exchange().delivered() - before.exchange().delivered(), seconds),
            rate(is.messagesReceived() - was.messagesReceived(), seconds),
            rate(is.messagesSent() - was.messagesSent(), seconds),
            rate(is.bytesReceived() - was.bytesReceived(), seconds),
            rate(is.bytesSent() - was.bytesSent(), seconds),
            rate(calls.count(), seconds),
            rate(sum(is.drops()) - sum(was.drops()), seconds),
            is.queuedBytes(),
            calls.percentile(0.99).toNanos() / 1000,
            now.exchange().subscriptions(),
            now.jvm().heapUsed(),
            Math.round(cpu),
            now.loopLag().toMillis()
        };
    }

    private static long sum(Map<DropReason, Long> drops) {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long rate(long count, double seconds) {
        return Math.round(count / seconds);
    }

    /** The latest snapshot, at most a second old; a new one before the first sample. */
    HubStats latest() {
        HubStats present = latest;
        return present == null ? snapshot.get() : present;
    }

    /** Returns the points after a time, by column. */
    synchronized Map<String, Object> history(long afterSecond) {
        List<List<Long>> columns = new ArrayList<>();
        COLUMNS.forEach(name -> columns.add(new ArrayList<>()));
        for (long[] point : points) {
            if (point[0] > afterSecond) {
                for (int i = 0; i < point.length; i++) {
                    columns.get(i).add(point[i]);
                }
            }
        }
        Map<String, Object> history = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            history.put(COLUMNS.get(i), columns.get(i));
        }
        return history;
    }

    /** The log of drops, newest first. */
    synchronized List<Drop> drops() {
        return new ArrayList<>(drops).reversed();
    }
}
