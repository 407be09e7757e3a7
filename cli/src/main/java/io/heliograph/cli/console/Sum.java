package io.heliograph.cli.console;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Sum of the demo servers: exact in decimals, and an integer whenever it has no fraction. */
public final class Sum {

    private Sum() {}

    /** Returns the sum of two numbers, or null unless both are finite numbers, as codecs decode them. */
    public static @Nullable Number of(@Nullable Object a, @Nullable Object b) {
        BigDecimal first = decimal(a);
        BigDecimal second = decimal(b);
        if (first == null || second == null) {
            return null;
        }
        BigDecimal sum = first.add(second).stripTrailingZeros();
        return sum.scale() > 0 ? sum : sum.toBigIntegerExact();
    }

    private static @Nullable BigDecimal decimal(@Nullable Object value) {
        if (!(value instanceof Number number)) {
            return null;
        }
        try {
            return new BigDecimal(number.toString());
        } catch (NumberFormatException e) {
            return null; // not a number, or infinite
        }
    }
}
