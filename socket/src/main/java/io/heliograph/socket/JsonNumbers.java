package io.heliograph.socket;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/**
 * Converter of a JSON number, or of an array of JSON numbers, to the bytes of a numeric type, without objects in between.
 *
 * <p>A number is converted like a cast of the Java language: an integer of 64 bits from a {@code long}, every other number from a
 * {@code double}.
 */
final class JsonNumbers {

    private static final int EXACT_DIGITS = 15;
    private static final int LONG_DIGITS = 19;
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private final DataType type;
    private final byte[] json;
    private final int end;
    private int at;

    private JsonNumbers(DataType type, Frame value) {
        this.type = type;
        this.json = value.array();
        this.at = value.offset();
        this.end = at + value.length();
    }

    /**
     * Converts a value.
     *
     * @param value a well-formed JSON value
     * @param allocate creates the buffer for a number of elements
     * @return the filled buffer
     * @throws ConversionException if the value is neither a number nor an array of numbers; the message has no text of it
     */
    static ByteBuffer convert(DataType type, Frame value, IntFunction<ByteBuffer> allocate) {
        return new JsonNumbers(type, value).convert(allocate);
    }

    private ByteBuffer convert(IntFunction<ByteBuffer> allocate) {
        space();
        ByteBuffer target;
        if (peek() == '[') {
            int count = count();
            if (count == 0) {
                throw inconvertible();
            }
            target = allocate.apply(count);
            at++;
            space();
            while (peek() != ']') {
                number(target);
                space();
                if (peek() == ',') {
                    at++;
                    space();
                } else if (peek() != ']') {
                    throw inconvertible();
                }
            }
            at++;
        } else {
            target = allocate.apply(1);
            number(target);
        }
        space();
        if (at != end || target.hasRemaining()) {
            throw inconvertible();
        }
        return target;
    }

    /** Returns the number of elements of the array of numbers that begins here. */
    private int count() {
        int commas = 0;
        boolean empty = true;
        for (int i = at + 1; i < end; i++) {
            byte b = json[i];
            if (b == ',') {
                commas++;
            } else if (b == '-' || (b >= '0' && b <= '9')) {
                empty = false;
            } else if (b == '"' || b == '[' || b == '{') {
                throw inconvertible();
            }
        }
        return empty ? 0 : commas + 1;
    }

    private void number(ByteBuffer target) {
        if (target.remaining() < type.size()) {
            throw inconvertible();
        }
        int start = at;
        boolean negative = peek() == '-';
        if (negative) {
            at++;
        }
        long mantissa = 0;
        int digits = 0; // significant digits of the mantissa
        int first = at;
        boolean integral = true;
        int exponent = 0;
        for (; isDigit(peek()); at++) {
            digits += digits > 0 || peek() != '0' ? 1 : 0;
            mantissa = digits <= LONG_DIGITS ? mantissa * 10 + (peek() - '0') : mantissa;
        }
        if (at == first) {
            throw inconvertible();
        }
        if (peek() == '.') {
            integral = false;
            at++;
            int point = at;
            for (; isDigit(peek()); at++) {
                digits += digits > 0 || peek() != '0' ? 1 : 0;
                mantissa = digits <= LONG_DIGITS ? mantissa * 10 + (peek() - '0') : mantissa;
            }
            exponent = point - at;
        }
        if ((peek() | 0x20) == 'e') {
            integral = false;
            at++;
            boolean down = peek() == '-';
            if (down || peek() == '+') {
                at++;
            }
            int written = 0;
            for (; isDigit(peek()); at++) {
                written = Math.min(written * 10 + (peek() - '0'), 100_000);
            }
            exponent += down ? -written : written;
        }
        boolean fits = mantissa > 0 || (mantissa == 0 && !negative) || (mantissa == Long.MIN_VALUE && negative);
        if (integral && digits <= LONG_DIGITS && fits) {
            type.put(target, negative ? -mantissa : mantissa);
        } else {
            type.put(target, value(start, negative, mantissa, digits, exponent));
        }
    }

    /** Returns the number as a double: exact arithmetic if it is short, otherwise the conversion of the JDK. */
    private double value(int start, boolean negative, long mantissa, int digits, int exponent) {
        if (digits <= EXACT_DIGITS && Math.abs(exponent) < POWERS.length) {
            double value = exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
            return negative ? -value : value;
        }
        return Double.parseDouble(new String(json, start, at - start, StandardCharsets.US_ASCII));
    }

    private byte peek() {
        return at < end ? json[at] : 0;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private void space() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    private ConversionException inconvertible() {
        return new ConversionException(
                "Data cannot be converted to " + type.typeName() + " (expected: a number, or an array of numbers)",
                null);
    }
}
