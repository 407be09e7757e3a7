package io.heliograph.realtime.packet;

import java.math.BigDecimal;

/** Conversion of packet numbers between string and value. */
final class Numbers {

    private static final double EXACT = 1L << 53;

    private Numbers() {}

    /** Parses a {@code Long}, or else a {@code Double}. */
    static Number of(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return Double.valueOf(text);
        }
    }

    /** Formats a number as JavaScript does: an integral value without a decimal point. */
    static String text(Number number) {
        if (number instanceof Double || number instanceof Float) {
            return text(number.doubleValue());
        }
        return number instanceof BigDecimal decimal ? text(decimal.doubleValue()) : number.toString();
    }

    static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) <= EXACT
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
