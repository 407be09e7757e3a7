package io.heliograph.scan;

import io.heliograph.frame.Frame;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Fast path for plain JSON numbers, booleans and strings, of which most arguments consist. Avoids the set-up cost of a general
 * codec, which handles everything else.
 */
final class JsonScalars {

    /** Number of decimal digits that always fit in a {@code long}. */
    private static final int DIGITS = 18;

    /** Number of decimal digits that a {@code double} represents exactly. */
    private static final int EXACT_DIGITS = 15;

    private JsonScalars() {}

    /** Decodes a value; returns null if the value is not plain or the type is not supported. */
    static @Nullable Object read(Frame json, Class<?> type) {
        if (type == long.class || type == Long.class) {
            return integer(json, DIGITS);
        }
        if (type == int.class || type == Integer.class) {
            Long number = integer(json, DIGITS);
            return number == null || number != number.intValue() ? null : (Object) number.intValue();
        }
        if (type == double.class || type == Double.class) {
            Long number = integer(json, EXACT_DIGITS);
            return number == null ? null : (Object) number.doubleValue();
        }
        if (type == boolean.class || type == Boolean.class) {
            return is(json, "true") ? Boolean.TRUE : is(json, "false") ? Boolean.FALSE : null;
        }
        return type == String.class ? string(json) : null;
    }

    private static @Nullable Long integer(Frame json, int digits) {
        int length = json.length();
        int first = length > 0 && json.at(0) == '-' ? 1 : 0;
        if (length == first || length > first + digits || json.at(first) == '0') {
            return length == 1 && json.at(0) == '0' ? 0L : null;
        }
        long value = 0;
        for (int i = first; i < length; i++) {
            int digit = json.at(i) - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            value = 10 * value + digit;
        }
        return first == 0 ? value : -value;
    }

    private static boolean is(Frame json, String word) {
        if (json.length() != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (json.at(i) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Decodes a string of printable ASCII characters without escapes. */
    private static @Nullable String string(Frame json) {
        int end = json.length() - 1;
        if (end < 1 || json.at(0) != '"' || json.at(end) != '"') {
            return null;
        }
        for (int i = 1; i < end; i++) {
            byte next = json.at(i);
            if (next < ' ' || next == '"' || next == '\\' || next == 0x7f) {
                return null;
            }
        }
        return new String(json.array(), json.offset() + 1, end - 1, StandardCharsets.ISO_8859_1);
    }
}
