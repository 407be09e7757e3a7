package io.heliograph.internal;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks of arguments. A message names the value and what was expected. */
public final class Check {

    private Check() {}

    /** Fails with {@link IllegalArgumentException} and {@code message}, formatted, unless {@code condition} holds. */
    public static void checkArgument(boolean condition, String message, @Nullable Object... args) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, args));
        }
    }

    /** A count or size of at least one. */
    public static int positive(String name, int value) {
        if (value <= 0) { // asked for each message: nothing is boxed for the answer
            checkArgument(false, "%s: %d (expected: > 0)", name, value);
        }
        return value;
    }

    /** A duration longer than zero. */
    public static Duration positive(String name, Duration value) {
        checkArgument(value.isPositive(), "%s: %s (expected: > 0)", name, value);
        return value;
    }

    /** A duration of zero or more. */
    public static Duration notNegative(String name, Duration value) {
        checkArgument(!value.isNegative(), "%s: %s (expected: >= 0)", name, value);
        return value;
    }
}
