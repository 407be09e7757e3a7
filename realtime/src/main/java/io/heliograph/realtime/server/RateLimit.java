package io.heliograph.realtime.server;

/**
 * Rate limit as a token bucket. The state of one peer is a single number in its connection: the time at which its bucket is full.
 *
 * @param nanosPerUnit time to refill one unit
 * @param burstNanos time to refill the whole bucket
 */
public record RateLimit(double nanosPerUnit, long burstNanos) {

    /** Rate or burst of no limit. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    static final long EXCEEDED = Long.MIN_VALUE;

    private static final RateLimit NONE = new RateLimit(0, Long.MAX_VALUE);

    /**
     * Creates a limit.
     *
     * @param rate units per second
     * @param burst maximum burst
     */
    public static RateLimit of(int rate, int burst) {
        if (rate == UNLIMITED) {
            return NONE;
        }
        double each = 1e9 / rate;
        return new RateLimit(each, (long) (each * burst));
    }

    /**
     * Takes units from the bucket.
     *
     * @param full the previous result, or {@code Long.MIN_VALUE}
     * @param now the current time
     * @return the time at which the bucket is full, or {@link #EXCEEDED} if the bucket has too few units
     */
    long take(long full, long now, int units) {
        long next = Math.max(full, now) + (long) (units * nanosPerUnit);
        return next - now > burstNanos ? EXCEEDED : next;
    }
}
