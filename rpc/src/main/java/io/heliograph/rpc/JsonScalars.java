package io.heliograph.rpc;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The plain numbers, truth values and texts of which most parameters and results consist, read and written here: a codec that is
 * made for everything takes longer to begin with them than they take. What is not plain is left to it.
 */
final class JsonScalars {

    /** So many digits always fit. */
    private static final int DIGITS = 18;

    /** So many are exact in a float of 64 bits. */
    private static final int EXACT_DIGITS = 15;

    private JsonScalars() {}

    /** The value, or null if it is not plain or the type is none of those. */
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
        return type == String.class ? text(json) : null;
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

    /** A text of printable ASCII without escapes. */
    private static @Nullable String text(Frame json) {
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

    /** Writes a value; whether it was one of these. */
    static boolean write(@Nullable Object value, FrameBuilder target) {
        switch (value) {
            case null -> target.writeAscii("null");
            case Long number -> target.writeAscii(number.toString());
            case Integer number -> target.writeAscii(number.toString());
            case Boolean truth -> target.writeAscii(truth.toString());
            default -> {
                return false;
            }
        }
        return true;
    }
}
