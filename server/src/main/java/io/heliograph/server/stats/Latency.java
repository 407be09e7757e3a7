package io.heliograph.server.stats;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Distribution of durations: a histogram with eight buckets for each power of two, which is exact to 12.5 %, from 1 µs to an hour. Immutable.
 */
public final class Latency {

    /** Number of buckets. */
    static final int BUCKETS = 8 * 33;

    private static final Latency NONE = new Latency(new long[BUCKETS], 0);

    private final long[] counts;
    private final long nanos;
    private final long total;

    /** @param nanos sum of all durations */
    Latency(long[] counts, long nanos) {
        this.counts = counts.clone();
        this.nanos = nanos;
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        this.total = sum;
    }

    /** Returns the distribution without durations. */
    public static Latency none() {
        return NONE;
    }

    /** Returns the index of the bucket of a duration: linear below 8 µs, then eight for each power of two. */
    static int bucket(long nanos) {
        long micros = Math.max(0, nanos / 1000);
        if (micros < 8) {
            return (int) micros;
        }
        int power = 63 - Long.numberOfLeadingZeros(micros);
        int index = (power - 2) * 8 + (int) ((micros >> (power - 3)) & 7);
        return Math.min(index, BUCKETS - 1);
    }

    /** Returns the exclusive upper limit of a bucket, in microseconds. */
    static long limit(int bucket) {
        if (bucket < 8) {
            return bucket + 1L;
        }
        int power = bucket / 8 + 2;
        return (8L + bucket % 8 + 1) << (power - 3);
    }

    /** The number of durations. */
    public long count() {
        return total;
    }

    /** The sum of all durations. */
    public Duration sum() {
        return Duration.ofNanos(nanos);
    }

    /**
     * Returns the duration that a share of all durations does not exceed, as the upper limit of its bucket; zero without durations.
     *
     * @param share 0 to 1, such as 0.99
     */
    public Duration percentile(double share) {
        long rank = (long) Math.ceil(share * total);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= rank && seen > 0) {
                return micros(limit(i));
            }
        }
        return Duration.ZERO;
    }

    /** Returns the durations that are shorter than a limit, exactly if the limit is a power of two of microseconds. */
    public long countBelow(Duration limit) {
        long micros = limit.toNanos() / 1000;
        long below = 0;
        for (int i = 0; i < BUCKETS && limit(i) <= micros; i++) {
            below += counts[i];
        }
        return below;
    }

    /** Returns the sum of several distributions. */
    public static Latency sum(List<Latency> parts) {
        long[] counts = new long[BUCKETS];
        long nanos = 0;
        for (Latency part : parts) {
            for (int i = 0; i < BUCKETS; i++) {
                counts[i] += part.counts[i];
            }
            nanos += part.nanos;
        }
        return new Latency(counts, nanos);
    }

    /** Returns the durations since an earlier snapshot of the same histogram. */
    public Latency since(Latency earlier) {
        long[] counts = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] = this.counts[i] - earlier.counts[i];
        }
        return new Latency(counts, nanos - earlier.nanos);
    }

    /** The limits of a histogram for monitoring: 64 µs, four times as long each, up to 67 s. */
    public static List<Duration> limits() {
        List<Duration> limits = new ArrayList<>();
        for (int power = 6; power <= 26; power += 2) {
            limits.add(micros(1L << power));
        }
        return limits;
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(Math.multiplyExact(micros, 1000L));
    }

    @Override
    public String toString() {
        return total + " durations, median " + percentile(0.5) + ", 99 % " + percentile(0.99);
    }
}
