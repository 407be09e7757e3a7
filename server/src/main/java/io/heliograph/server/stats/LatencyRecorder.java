package io.heliograph.server.stats;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Histogram of durations that any thread adds to. Thread-safe. */
public final class LatencyRecorder {

    private final AtomicLongArray counts = new AtomicLongArray(Latency.BUCKETS);
    private final LongAdder nanos = new LongAdder();

    /** Adds a duration in nanoseconds. */
    public void record(long duration) {
        counts.incrementAndGet(Latency.bucket(duration));
        nanos.add(Math.max(0, duration));
    }

    /** Returns the durations so far. */
    public Latency read() {
        long[] copy = new long[Latency.BUCKETS];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.get(i);
        }
        return new Latency(copy, nanos.sum());
    }
}
