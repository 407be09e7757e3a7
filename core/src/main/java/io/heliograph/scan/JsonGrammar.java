package io.heliograph.scan;

import io.heliograph.codec.CodecException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Validator of JSON values, as RFC 8259 defines them, except that malformed UTF-8 inside strings is accepted.
 *
 * <p>Each method takes the index at which a syntax element begins and returns the index after it. Not thread-safe.
 */
final class JsonGrammar {

    /*
     * Scans eight bytes of a string at once. The highest bit of a byte of (x - 0x01...) & ~x is set where that byte of
     * x is zero, and of (x - 0x20...) & ~x where it is less than 0x20. A borrow can also set it in bytes above such a
     * byte, never below, so the lowest bit set is correct.
     * https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
     */
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long SPACES = 0x2020202020202020L;
    private static final long QUOTES = 0x2222222222222222L;
    private static final long BACKSLASHES = 0x5c5c5c5c5c5c5c5cL;

    private final int maxDepth;

    /** Bit per open container below the outermost: whether its parent is an object. Grows up to maxDepth. */
    private long[] parents = new long[1];

    /** Set when a string contains an escape; reset by the caller. */
    boolean escaped;

    private int origin;

    JsonGrammar(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /** Skips white space and the opening bracket of a document. Error positions count from {@code begin}. */
    int open(byte[] array, int begin, int end, char bracket) {
        origin = begin;
        int at = space(array, begin, end);
        if (at == end || array[at] != bracket) {
            throw unexpected(bracket == '{' ? "an object" : "an array", JsonText.value(array, at, end), at);
        }
        return space(array, at + 1, end);
    }

    /** Validates a document of any kind. Error positions count from {@code begin}. */
    void document(byte[] array, int begin, int end) {
        origin = begin;
        close(array, value(array, space(array, begin, end), end), end);
    }

    /** Checks that only white space follows the document. */
    void close(byte[] array, int from, int end) {
        int at = space(array, from, end);
        if (at != end) {
            throw unexpected("the end of the document", array, at, end);
        }
    }

    /** Receiver of the elements of an array. */
    interface Elements {

        /** Receives an element from index {@code from} to index {@code to}, exclusive. */
        void element(int from, int to);
    }

    /**
     * Validates a document that is an array.
     *
     * @return the index of the first element, or of the closing bracket if the array is empty
     */
    int array(byte[] array, int begin, int end, Elements elements) {
        int first = open(array, begin, end, '[');
        if (first < end && array[first] == ']') {
            close(array, first + 1, end);
            return first;
        }
        int from = first;
        for (; ; ) {
            int to = value(array, from, end);
            elements.element(from, to);
            int at = space(array, to, end);
            byte next = at < end ? array[at] : 0;
            if (next == ']') {
                close(array, at + 1, end);
                return first;
            }
            if (next != ',') {
                throw unexpected("',' or ']'", array, at, end);
            }
            from = space(array, at + 1, end);
        }
    }

    /** Skips a value inside the outermost object or array. */
    int value(byte[] array, int at, int end) {
        byte first = at < end ? array[at] : 0;
        return first == '{' || first == '[' ? container(array, at, end) : scalar(array, at, end);
    }

    /** Skips an object or array inside the outermost one, with its content. */
    private int container(byte[] array, int from, int end) {
        int at = from;
        int depth = 1;
        boolean object = true;
        for (; ; ) {
            byte first = at < end ? array[at] : 0;
            if (first == '{' || first == '[') {
                push(depth, object, at);
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
            // Close the containers that end after this value.
            while (at < end && array[at] == (object ? '}' : ']')) {
                depth--;
                object = (parents[depth >>> 6] & 1L << depth) != 0;
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

    private void push(int depth, boolean object, int at) {
        if (depth >= maxDepth) {
            throw unexpected("at most " + maxDepth + " levels", "nested too deeply", at);
        }
        int word = depth >>> 6;
        if (word == parents.length) {
            parents = Arrays.copyOf(parents, word * 2);
        }
        long bit = 1L << depth;
        parents[word] = object ? parents[word] | bit : parents[word] & ~bit;
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

    /** Skips a member name in quotes. */
    int name(byte[] array, int at, int end) {
        if (at == end || array[at] != '"') {
            throw unexpected("a name in quotes", array, at, end);
        }
        return string(array, at + 1, end);
    }

    /** Skips the colon after a name, and white space around it. */
    int colon(byte[] array, int from, int end) {
        int at = space(array, from, end);
        if (at == end || array[at] != ':') {
            throw unexpected("':'", array, at, end);
        }
        return space(array, at + 1, end);
    }

    /** Skips a string from after its opening quote to after its closing quote. */
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
