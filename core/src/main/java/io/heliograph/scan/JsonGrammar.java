package io.heliograph.scan;

import io.heliograph.codec.CodecException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Passes over JSON text and checks it, exactly as RFC 8259 has it, except that malformed UTF-8 inside strings is let through.
 *
 * <p>Each method takes the place where something begins and answers the place behind it. For one thread at a time.
 */
final class JsonGrammar {

    /*
     * Inside a string eight bytes are looked at together. The highest bit of a byte of (x - 0x01...) & ~x is set where that byte
     * of x is zero, and of (x - 0x20...) & ~x where it is less than 0x20. A borrow can set it in bytes above such a byte too,
     * never below, so the lowest bit set is right. https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
     */
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long SPACES = 0x2020202020202020L;
    private static final long QUOTES = 0x2222222222222222L;
    private static final long BACKSLASHES = 0x5c5c5c5c5c5c5c5cL;

    private final int maxDepth;

    /** One bit for each open container below the outermost: whether the one around it is an object. Grows up to maxDepth. */
    private long[] around = new long[1];

    /** Set where a string that was passed had an escape; never reset here. */
    boolean escaped;

    private int origin;

    JsonGrammar(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /** Tells where in its array the text begins, from which errors count. */
    void begin(int at) {
        origin = at;
    }

    /** Passes a value that is inside the outermost object. */
    int value(byte[] array, int at, int end) {
        byte first = at < end ? array[at] : 0;
        return first == '{' || first == '[' ? container(array, at, end) : scalar(array, at, end);
    }

    /** Passes an object or array inside the outermost object, with all it holds. */
    private int container(byte[] array, int from, int end) {
        int at = from;
        int depth = 1;
        boolean object = true;
        for (; ; ) {
            byte first = at < end ? array[at] : 0;
            if (first == '{' || first == '[') {
                remember(depth, object, at);
                depth++;
                object = first == '{';
                at = space(array, at + 1, end);
                if (at == end || array[at] != (object ? '}' : ']')) {
                    at = object ? colon(array, name(array, at, end), end) : at;
                    continue;
                }
            } else {
                at = space(array, scalar(array, at, end), end);
            }
            // A value ended: close what ends with it, up to the next comma.
            while (at < end && array[at] == (object ? '}' : ']')) {
                depth--;
                object = (around[depth >>> 6] & 1L << depth) != 0;
                at++;
                if (depth == 1) {
                    return at;
                }
                at = space(array, at, end);
            }
            if (at == end || array[at] != ',') {
                throw unexpected(object ? "',' or '}'" : "',' or ']'", array, at, end);
            }
            at = space(array, at + 1, end);
            if (object) {
                at = colon(array, name(array, at, end), end);
            }
        }
    }

    private void remember(int depth, boolean object, int at) {
        if (depth >= maxDepth) {
            throw unexpected("at most " + maxDepth + " levels", "nested too deeply", at);
        }
        int word = depth >>> 6;
        if (word == around.length) {
            around = Arrays.copyOf(around, word * 2);
        }
        long bit = 1L << depth;
        around[word] = object ? around[word] | bit : around[word] & ~bit;
    }

    private int scalar(byte[] array, int at, int end) {
        return switch (at < end ? array[at] : 0) {
            case '"' -> string(array, at + 1, end);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(array, at, end);
            case 't' -> literal("true", array, at, end);
            case 'f' -> literal("false", array, at, end);
            case 'n' -> literal("null", array, at, end);
            default -> throw unexpected("a value", array, at, end);
        };
    }

    /** Passes the name of a member, in its quotes. */
    int name(byte[] array, int at, int end) {
        if (at == end || array[at] != '"') {
            throw unexpected("a name in quotes", array, at, end);
        }
        return string(array, at + 1, end);
    }

    /** Passes the colon behind a name, and the white space around it. */
    int colon(byte[] array, int from, int end) {
        int at = space(array, from, end);
        if (at == end || array[at] != ':') {
            throw unexpected("':'", array, at, end);
        }
        return space(array, at + 1, end);
    }

    /** Passes a string from behind its opening quote to behind its closing one. */
    private int string(byte[] array, int from, int end) {
        int at = from;
        for (; ; ) {
            while (at <= end - Long.BYTES) {
                long word = (long) WORD.get(array, at);
                long stop = ((word ^ QUOTES) - ONES | (word ^ BACKSLASHES) - ONES | word - SPACES) & ~word & HIGH_BITS;
                if (stop != 0) {
                    at += Long.numberOfTrailingZeros(stop) >>> 3;
                    break;
                }
                at += Long.BYTES;
            }
            if (at == end) {
                throw unexpected("'\"'", array, at, end);
            }
            byte next = array[at];
            if (next == '"') {
                return at + 1;
            }
            if (next == '\\') {
                escaped = true;
                at = checkedEscape(array, at, end);
            } else if (next >= 0 && next < ' ') {
                throw unexpected("a control character to be escaped", array, at, end);
            } else {
                at++;
            }
        }
    }

    private int checkedEscape(byte[] array, int from, int end) {
        int at = from + 1;
        return switch (at < end ? array[at] : 0) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 1;
            case 'u' -> hexadecimals(array, at + 1, end);
            default -> throw unexpected("one of \"\\/bfnrtu", array, at, end);
        };
    }

    private int hexadecimals(byte[] array, int from, int end) {
        for (int at = from; at < from + 4; at++) {
            if (at >= end || Character.digit(array[at], 16) < 0) {
                throw unexpected("four hexadecimal digits", array, at, end);
            }
        }
        return from + 4;
    }

    private int number(byte[] array, int from, int end) {
        int at = array[from] == '-' ? from + 1 : from;
        at = at < end && array[at] == '0' ? at + 1 : digits(array, at, end);
        if (at < end && array[at] == '.') {
            at = digits(array, at + 1, end);
        }
        if (at < end && (array[at] | 0x20) == 'e') {
            at++;
            at = at < end && (array[at] == '+' || array[at] == '-') ? at + 1 : at;
            at = digits(array, at, end);
        }
        return at;
    }

    private int digits(byte[] array, int from, int end) {
        int at = from;
        while (at < end && array[at] >= '0' && array[at] <= '9') {
            at++;
        }
        if (at == from) {
            throw unexpected("a digit", array, at, end);
        }
        return at;
    }

    private int literal(String literal, byte[] array, int from, int end) {
        for (int i = 0; i < literal.length(); i++) {
            if (from + i >= end || array[from + i] != literal.charAt(i)) {
                throw unexpected(literal, array, from + i, end);
            }
        }
        return from + literal.length();
    }

    static int space(byte[] array, int from, int end) {
        int at = from;
        while (at < end && array[at] <= ' ' && isSpace(array[at])) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(byte value) {
        return value == ' ' || value == '\n' || value == '\r' || value == '\t';
    }

    CodecException unexpected(String expected, byte[] array, int at, int end) {
        return unexpected(expected, JsonText.found(array, at, end), at);
    }

    CodecException unexpected(String expected, String found, int at) {
        return new CodecException(
                "not JSON at byte " + (at - origin) + ": " + found + " (expected: " + expected + ")", null);
    }
}
