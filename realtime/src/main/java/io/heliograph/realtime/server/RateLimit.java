package io.heliograph.realtime.server;

/**
 * A limit to a rate, as a token bucket. What it knows of one peer is a single number, which the peer's connection keeps: the time
 * at which its bucket will be full again.
 *
 * @param nanosPerUnit how long one unit takes to come back
 * @param burstNanos how long a whole bucket takes
 */
public record RateLimit(double nanosPerUnit, long burstNanos) {

    /** Rate or burst of no limit. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    static final long EXCEEDED = Long.MIN_VALUE;

    private static final RateLimit NONE = new RateLimit(0, Long.MAX_VALUE);

    /**
     * @param rate units a second
     * @param burst units at once
     */
    public static RateLimit of(int rate, int burst) {
        if (rate == UNLIMITED) {
            return NONE;
        }
        double each = 1e9 / rate;
        return new RateLimit(each, (long) (each * burst));
    }

    /**
     * Takes units out of the bucket.
     *
     * @param full what this returned before, or the time of the first call
     * @param now the time; never negative
     * @return when the bucket will be full, or {@link #EXCEEDED} if it does not hold so many
     */
    long take(long full, long now, int units) {
        long next = Math.max(full, now) + (long) (units * nanosPerUnit);
        return next - now > burstNanos ? EXCEEDED : next;
    }
}
