package io.heliograph;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * A wait that doubles from {@code initial} up to {@code ceiling}.
 *
 * <p>Jitter then takes off a random share of it, so that peers which lost the same server do not all return in the same
 * instant. The caller resets the attempt number after a connection has stayed open.
 *
 * @param initial the wait before the first retry; positive
 * @param ceiling the longest wait; {@code initial} to one day
 * @param jitter the share of a wait that may be taken off; 0 to 1
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

    /** 100 ms doubling to 30 s, up to half of it taken off at random. */
    public static Backoff defaults() {
        return DEFAULTS;
    }

    public Backoff withCeiling(Duration ceiling) {
        return new Backoff(initial, ceiling, jitter);
    }

    @Override
    public Duration delay(int attempt, RandomGenerator random) {
        checkArgument(attempt >= 1, "attempt: %s (expected: >= 1)", attempt);
        Duration wait = initial;
        for (int i = 1; i < attempt && wait.compareTo(ceiling) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        wait = wait.compareTo(ceiling) < 0 ? wait : ceiling;
        return wait.minusNanos((long) (wait.toNanos() * jitter * random.nextDouble()));
    }
}
