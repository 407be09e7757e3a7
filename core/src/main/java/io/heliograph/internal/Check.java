package io.heliograph.internal;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Argument checks whose error messages state the value and the expected range. */
public final class Check {

    private Check() {}

    /** Throws {@link IllegalArgumentException} with a formatted message unless {@code condition} is true. */
    public static void checkArgument(boolean condition, String message, @Nullable Object... args) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, args));
        }
    }

    /** Returns {@code value} if it is greater than zero, else throws {@link IllegalArgumentException}. */
    public static int positive(String name, int value) {
        if (value <= 0) { // called per message: avoids boxing in the valid case
            checkArgument(false, "%s: %d (expected: > 0)", name, value);
        }
        return value;
    }

    /** Returns {@code value} if it is greater than zero, else throws {@link IllegalArgumentException}. */
    public static Duration positive(String name, Duration value) {
        checkArgument(value.isPositive(), "%s: %s (expected: > 0)", name, value);
        return value;
    }

    /** Returns {@code value} if it is zero or greater, else throws {@link IllegalArgumentException}. */
    public static Duration notNegative(String name, Duration value) {
        checkArgument(!value.isNegative(), "%s: %s (expected: >= 0)", name, value);
        return value;
    }
}
