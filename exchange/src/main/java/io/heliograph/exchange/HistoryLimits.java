package io.heliograph.exchange;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import java.time.Duration;

/**
 * Limits of the history that the in-memory broker retains for a channel. The first limit that is exceeded evicts the oldest publication.
 *
 * @param count maximum number of publications per channel; 0 for no history
 * @param age maximum age of a publication. Must be positive.
 * @param bytes maximum size of all channels with equal limits together: the data of each publication and 256 bytes. Must be positive.
 */
public record HistoryLimits(int count, Duration age, long bytes) {

    private static final long DEFAULT_BYTES = 64L << 20;
    private static final HistoryLimits NONE = new HistoryLimits(0, Duration.ofSeconds(1), 1);

    public HistoryLimits {
        checkArgument(count >= 0, "count: %d (expected: >= 0)", count);
        positive("age", age);
        checkArgument(bytes > 0, "bytes: %d (expected: > 0)", bytes);
    }

    /** No history. */
    public static HistoryLimits none() {
        return NONE;
    }

    /** Returns limits of {@code count} publications per channel, a maximum age, and 64 MiB in total. */
    public static HistoryLimits of(int count, Duration age) {
        return new HistoryLimits(count, age, DEFAULT_BYTES);
    }

    public HistoryLimits withBytes(long bytes) {
        return new HistoryLimits(count, age, bytes);
    }
}
