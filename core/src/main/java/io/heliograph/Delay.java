package io.heliograph;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the next attempt. Immutable; the caller owns the attempt number. */
public sealed interface Delay permits Delay.Fixed, Delay.Between, Backoff {

    /** The wait before attempt {@code attempt}, counted from 1; tests pass a seeded {@code random}. */
    Duration delay(int attempt, RandomGenerator random);

    /** The same wait each time; zero tries again at once. */
    static Delay fixed(Duration pause) {
        return new Fixed(pause);
    }

    /** A random wait, drawn anew each time in whole milliseconds, both ends included. */
    static Delay between(Duration min, Duration max) {
        return new Between(min, max);
    }

    /** See {@link Delay#fixed}. */
    record Fixed(Duration pause) implements Delay {

        public Fixed {
            notNegative("pause", pause);
        }

        @Override
        public Duration delay(int attempt, RandomGenerator random) {
            return pause;
        }
    }

    /** See {@link Delay#between}. */
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
