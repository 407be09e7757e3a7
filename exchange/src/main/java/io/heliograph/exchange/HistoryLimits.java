package io.heliograph.exchange;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import java.time.Duration;

/**
 * How much the in-memory broker remembers. Whichever limit is reached first drops the oldest publication.
 *
 * @param count publications of one channel; 0 for no history
 * @param age how long one is remembered; positive
 * @param bytes of all channels together, with 256 for each publication beside its data; positive
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

    /** At most {@code count} publications of each channel, none older than {@code age}, 64 MiB together. */
    public static HistoryLimits of(int count, Duration age) {
        return new HistoryLimits(count, age, DEFAULT_BYTES);
    }

    public HistoryLimits withBytes(long bytes) {
        return new HistoryLimits(count, age, bytes);
    }
}
