package io.heliograph;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff: the delay doubles from {@code initial} up to {@code ceiling}.
 *
 * <p>Jitter then subtracts a random share, so that the clients of one failed server do not reconnect at the same time.
 * The caller keeps the attempt number and resets it after a connection has stayed open.
 *
 * @param initial delay before the first retry; must be positive
 * @param ceiling maximum delay; {@code initial} to one day
 * @param jitter maximum share of a delay that is subtracted; 0 to 1
 */
public record Backoff(Duration initial, Duration ceiling, double jitter) implements Delay {

    private static final Duration ONE_DAY = Duration.ofDays(1);
    private static final Backoff DEFAULTS = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), 0.5);

    public Backoff {
        positive("initial", initial);
        checkArgument(
                ceiling.compareTo(initial) >= 0 && ceiling.compareTo(ONE_DAY) <= 0,
                "ceiling: %s (expected: %s to %s)",
                ceiling,
                initial,
                ONE_DAY);
        checkArgument(jitter >= 0 && jitter <= 1, "jitter: %s (expected: 0 to 1)", jitter);
    }

    /** Delays of 100 ms, doubling up to 30 s, with a jitter of 0.5. */
    public static Backoff defaults() {
        return DEFAULTS;
    }

    /** Returns a copy with another maximum delay. */
    public Backoff withCeiling(Duration ceiling) {
        return new Backoff(initial, ceiling, jitter);
    }

    /** Returns the delay after another one, without jitter. */
    public Duration next(Duration delay) {
        Duration doubled = delay.multipliedBy(2);
        return doubled.compareTo(ceiling) < 0 ? doubled : ceiling;
    }

    @Override
    public Duration delay(int attempt, RandomGenerator random) {
        checkArgument(attempt >= 1, "attempt: %s (expected: >= 1)", attempt);
        Duration doubled = initial;
        for (int i = 1; i < attempt && doubled.compareTo(ceiling) < 0; i++) {
            doubled = next(doubled);
        }
        return doubled.minusNanos((long) (doubled.toNanos() * jitter * random.nextDouble()));
    }
}
