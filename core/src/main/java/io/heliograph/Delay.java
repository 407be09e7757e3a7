package io.heliograph;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Delay before an attempt, such as the next connection attempt. Immutable; the caller keeps the attempt number. */
public sealed interface Delay permits Delay.Fixed, Delay.Between, Backoff {

    /**
     * Returns the delay before attempt {@code attempt}.
     *
     * @param attempt number of the attempt, counted from 1
     * @param random source of randomness; tests pass a seeded one
     */
    Duration delay(int attempt, RandomGenerator random);

    /**
     * Creates a constant delay.
     *
     * @param pause the delay; zero or more
     */
    static Delay fixed(Duration pause) {
        return new Fixed(pause);
    }

    /**
     * Creates a random delay, chosen for each attempt in whole milliseconds.
     *
     * @param min minimum delay, inclusive; zero or more
     * @param max maximum delay, inclusive; at least {@code min}
     */
    static Delay between(Duration min, Duration max) {
        return new Between(min, max);
    }

    /**
     * Constant delay.
     *
     * @param pause the delay; zero or more
     */
    record Fixed(Duration pause) implements Delay {

        public Fixed {
            notNegative("pause", pause);
        }

        @Override
        public Duration delay(int attempt, RandomGenerator random) {
            return pause;
        }
    }

    /**
     * Random delay between two bounds, both inclusive, in whole milliseconds.
     *
     * @param min minimum delay; zero or more
     * @param max maximum delay; at least {@code min}
     */
    record Between(Duration min, Duration max) implements Delay {

        public Between {
            notNegative("min", min);
            checkArgument(max.compareTo(min) >= 0, "max: %s (expected: >= min, which is %s)", max, min);
        }

        @Override
        public Duration delay(int attempt, RandomGenerator random) {
            return Duration.ofMillis(random.nextLong(min.toMillis(), max.toMillis() + 1));
        }
    }
}
