package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Delays of a client between attempts to connect, in whole milliseconds.
 *
 * <p>The delay after an open connection ends is {@code initialDelay} plus a random part of {@code randomness}. Each further delay is
 * randomized again, multiplied by {@code multiplier} once per attempt, and limited to {@code maxDelay}. Immutable.
 *
 * @param initialDelay minimum first delay; must not be negative
 * @param randomness maximum random addition to the first delay; must not be negative
 * @param multiplier growth factor per attempt; must be positive
 * @param maxDelay maximum delay; must not be negative
 */
public record AutoReconnectOptions(Duration initialDelay, Duration randomness, double multiplier, Duration maxDelay) {

    private static final AutoReconnectOptions DEFAULTS =
            new AutoReconnectOptions(Duration.ofSeconds(1), Duration.ofSeconds(4), 1.5, Duration.ofSeconds(60));

    public AutoReconnectOptions {
        notNegative("initialDelay", initialDelay);
        notNegative("randomness", randomness);
        checkArgument(
                multiplier > 0 && multiplier < Double.POSITIVE_INFINITY, "multiplier: %s (expected: > 0)", multiplier);
        notNegative("maxDelay", maxDelay);
    }

    /** Returns the defaults: 1 s to 5 s, growing by 1.5 per attempt, at most 60 s. */
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
     * Returns the delay before an attempt.
     *
     * @param attempt number of attempts since a connection was open; must not be negative
     */
    public Duration delay(int attempt, RandomGenerator random) {
        checkArgument(attempt >= 0, "attempt: %d (expected: 0 or more)", attempt);
        long first = Math.round(initialDelay.toMillis() + randomness.toMillis() * random.nextDouble());
        long wait = Math.round(first * Math.pow(multiplier, attempt));
        return Duration.ofMillis(Math.min(wait, maxDelay.toMillis()));
    }
}
