package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a client waits before it connects again, in whole milliseconds.
 *
 * <p>The first wait after a connection that was open is {@code initialDelay} and a random share of {@code randomness}; each
 * further one is {@code multiplier} times as long, drawn anew, up to {@code maxDelay}. Immutable; the client owns the count.
 *
 * @param initialDelay the least first wait; zero or more
 * @param randomness what at most is added to it; zero or more
 * @param multiplier how the waits grow; more than 0
 * @param maxDelay the longest wait; zero or more
 */
public record AutoReconnectOptions(Duration initialDelay, Duration randomness, double multiplier, Duration maxDelay) {

    private static final AutoReconnectOptions DEFAULTS =
            new AutoReconnectOptions(Duration.ofSeconds(10), Duration.ofSeconds(10), 1.5, Duration.ofSeconds(60));

    public AutoReconnectOptions {
        notNegative("initialDelay", initialDelay);
        notNegative("randomness", randomness);
        checkArgument(
                multiplier > 0 && multiplier < Double.POSITIVE_INFINITY, "multiplier: %s (expected: > 0)", multiplier);
        notNegative("maxDelay", maxDelay);
    }

    /** 10 s and up to 10 s more, then 1.5 times as long each time, up to 60 s. */
    public static AutoReconnectOptions defaults() {
        return DEFAULTS;
    }

    public AutoReconnectOptions withInitialDelay(Duration initialDelay) {
        return new AutoReconnectOptions(initialDelay, randomness, multiplier, maxDelay);
    }

    public AutoReconnectOptions withRandomness(Duration randomness) {
        return new AutoReconnectOptions(initialDelay, randomness, multiplier, maxDelay);
    }

    public AutoReconnectOptions withMultiplier(double multiplier) {
        return new AutoReconnectOptions(initialDelay, randomness, multiplier, maxDelay);
    }

    public AutoReconnectOptions withMaxDelay(Duration maxDelay) {
        return new AutoReconnectOptions(initialDelay, randomness, multiplier, maxDelay);
    }

    /**
     * The wait before an attempt.
     *
     * @param attempt how many attempts there were since a connection was open; 0 or more
     */
    public Duration delay(int attempt, RandomGenerator random) {
        checkArgument(attempt >= 0, "attempt: %d (expected: 0 or more)", attempt);
        long first = Math.round(initialDelay.toMillis() + randomness.toMillis() * random.nextDouble());
        long wait = Math.round(first * Math.pow(multiplier, attempt));
        return Duration.ofMillis(Math.min(wait, maxDelay.toMillis()));
    }
}
