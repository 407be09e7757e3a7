package io.heliograph.scan;

import static io.heliograph.internal.Check.positive;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.internal.StringInterner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Scanner that locates selected entries of a MessagePack map in its bytes, without building the other values: the
 * counterpart of {@link JsonEnvelope}.
 *
 * <p>A scan checks all lengths against the available bytes, without recursion or allocation. Keys that are not strings
 * are skipped; the last of duplicate keys wins. Not thread-safe. The instance references the frame of the last scan.
 */
public final class MsgpackEnvelope {

    private final byte[][] names;
    private final int[] starts;
    private final int[] ends;
    private final StringInterner strings = new StringInterner(64);
    private @Nullable Frame frame;

    /** @param members keys to locate; methods identify a member by its index in this list */
    public MsgpackEnvelope(String... members) {
        this.names = new byte[members.length][];
        for (int i = 0; i < members.length; i++) {
            names[i] = members[i].getBytes(StandardCharsets.UTF_8);
        }
        this.starts = new int[members.length];
        this.ends = new int[members.length];
    }

    /**
     * Scans a value. The accessors then refer to this value until the next scan.
     *
     * @throws CodecException if the bytes are not exactly one map; all members are then absent
     */
    public void scan(Frame bytes) {
        frame = null;
        Arrays.fill(starts, -1);
        byte[] array = bytes.array();
        int begin = bytes.offset();
        int end = begin + bytes.length();
        if (!isMap(bytes)) {
            throw unexpected("a map", array, begin, begin, end);
        }
        long entries = count(array, begin, begin, end, 0x80, 0xde);
        int at = begin + headLength(array[begin] & 0xff);
        for (long i = 0; i < entries; i++) {
            int member = find(array, at, end);
            int start = skip(array, begin, at, end);
            at = skip(array, begin, start, end);
            if (member >= 0) {
                starts[member] = start;
                ends[member] = at;
            }
        }
        if (at != end) {
            throw unexpected("the end of the bytes", array, begin, at, end);
        }
        frame = bytes;
    }

    /** Releases the frame of the last scan. All members are then absent. */
    public void clear() {
        frame = null;
    }

    /** Returns whether the member is present, nil included. */
    public boolean has(int member) {
        return frame != null && starts[member] >= 0;
    }

    /**
     * Returns the encoded value of a member as a slice of the frame.
     *
     * @throws IllegalStateException if the member is absent
     */
    public Frame value(int member) {
        Frame from = frame;
        if (from == null || starts[member] < 0) {
            throw new IllegalStateException(
                    "member '" + new String(names[member], StandardCharsets.UTF_8) + "' is absent");
        }
        return from.slice(starts[member] - from.offset(), ends[member] - starts[member]);
    }

    /** Returns whether the member is present and a string. */
    public boolean isString(int member) {
        Frame from = frame;
        return from != null && starts[member] >= 0 && startsString(from.array()[starts[member]] & 0xff);
    }

    /**
     * Returns the value of a string.
     *
     * @throws IllegalStateException if the member is not a string
     */
    public String string(int member) {
        if (!isString(member)) {
            throw new IllegalStateException(
                    "member '" + new String(names[member], StandardCharsets.UTF_8) + "' is not a string");
        }
        byte[] array = value(member).array();
        int from = starts[member] + headLength(array[starts[member]] & 0xff);
        return strings.decode(array, from, ends[member] - from);
    }

    /** Returns whether the first byte is the format of a map. */
    public static boolean isMap(Frame bytes) {
        return bytes.length() > 0 && isOneOf(bytes.at(0) & 0xff, 0x80, 0xde);
    }

    /** Returns whether the first byte is the format of an array. */
    public static boolean isArray(Frame bytes) {
        return bytes.length() > 0 && isOneOf(bytes.at(0) & 0xff, 0x90, 0xdc);
    }

    /**
     * Returns the elements of an array as slices of the frame.
     *
     * @param maxElements maximum number of elements; must be positive
     * @throws CodecException if the bytes are not exactly one array, or the array has more elements
     */
    public static List<Frame> elements(Frame bytes, int maxElements) {
        positive("maxElements", maxElements);
        long count = arraySize(bytes);
        if (count > maxElements) {
            throw new CodecException(
                    "an array of " + count + " elements (expected: at most " + maxElements + " elements)", null);
        }
        List<Frame> elements = new ArrayList<>((int) Math.min(count, bytes.length()));
        forEach(bytes, elements::add);
        return elements;
    }

    /**
     * Passes the elements of an array, as slices of the frame, to {@code action} until it returns false.
     *
     * @throws CodecException if the bytes are not a single array
     */
    public static void forEach(Frame bytes, Predicate<? super Frame> action) {
        long count = arraySize(bytes);
        byte[] array = bytes.array();
        int begin = bytes.offset();
        int end = begin + bytes.length();
        int at = begin + headLength(array[begin] & 0xff);
        for (long i = 0; i < count; i++) {
            int next = skip(array, begin, at, end);
            if (!action.test(bytes.slice(at - begin, next - at))) {
                return;
            }
            at = next;
        }
        if (at != end) {
            throw unexpected("the end of the bytes", array, begin, at, end);
        }
    }

    private static long arraySize(Frame bytes) {
        int begin = bytes.offset();
        int end = begin + bytes.length();
        if (!isArray(bytes)) {
            throw unexpected("an array", bytes.array(), begin, begin, end);
        }
        return count(bytes.array(), begin, begin, end, 0x90, 0xdc);
    }

    /**
     * Checks that the bytes are a single value of limited nesting.
     *
     * @param maxDepth maximum number of levels; every value, also within an array or map, is a level
     * @throws CodecException if the bytes are malformed, nested too deeply, or more than one value
     */
    public static void check(Frame bytes, int maxDepth) {
        int begin = bytes.offset();
        int end = begin + bytes.length();
        int at = check(bytes.array(), begin, begin, end, 1, maxDepth);
        if (at != end) {
            throw unexpected("the end of the bytes", bytes.array(), begin, at, end);
        }
    }

    private static int check(byte[] array, int begin, int from, int end, int depth, int maxDepth) {
        if (depth > maxDepth) {
            throw unexpected("at most " + maxDepth + " levels", array, begin, from, end);
        }
        int first = from < end ? array[from] & 0xff : 0;
        boolean map = isOneOf(first, 0x80, 0xde);
        if (!map && !isOneOf(first, 0x90, 0xdc)) {
            return skip(array, begin, from, end);
        }
        long values = map ? 2 * count(array, begin, from, end, 0x80, 0xde) : count(array, begin, from, end, 0x90, 0xdc);
        int at = from + headLength(first);
        if (values > end - at) {
            throw unexpected(values + " values", array, begin, at, end);
        }
        for (long i = 0; i < values; i++) {
            at = check(array, begin, at, end, depth + 1, maxDepth);
        }
        return at;
    }

    /**
     * Returns the index after the value at {@code from}, including its content of any depth.
     *
     * @param begin index of the first byte; error positions count from it
     * @param end index after the last byte
     * @throws CodecException if the value is truncated, or contains the unused format {@code c1}
     */
    public static int skip(byte[] array, int begin, int from, int end) {
        int at = from;
        long left = 1;
        while (left > 0) {
            if (left > end - at) {
                throw unexpected(left + " more values", array, begin, at, end);
            }
            left--;
            int first = array[at] & 0xff;
            int head = headLength(first);
            if (head == 0 || head > end - at) {
                throw unexpected(head == 0 ? "a format of MessagePack" : head + " bytes", array, begin, at, end);
            }
            if (isOneOf(first, 0x80, 0xde)) {
                left += 2 * count(array, begin, at, end, 0x80, 0xde);
                at += head;
            } else if (isOneOf(first, 0x90, 0xdc)) {
                left += count(array, begin, at, end, 0x90, 0xdc);
                at += head;
            } else {
                long length = head + payloadLength(array, at, first);
                if (length > end - at) {
                    throw unexpected(length + " bytes", array, begin, at, end);
                }
                at += (int) length;
            }
        }
        return at;
    }

    private int find(byte[] array, int at, int end) {
        if (at >= end) {
            return -1;
        }
        int first = array[at] & 0xff;
        int head = headLength(first);
        if (!startsString(first) || head > end - at) {
            return -1;
        }
        long length = payloadLength(array, at, first);
        int from = at + head;
        if (length > end - from) {
            return -1;
        }
        for (int i = 0; i < names.length; i++) {
            byte[] name = names[i];
            if (name.length == length && Arrays.equals(name, 0, name.length, array, from, from + name.length)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean startsString(int first) {
        return (first & 0xe0) == 0xa0 || (first >= 0xd9 && first <= 0xdb);
    }

    /**
     * Returns whether {@code first} is the format of a map or array: {@code fix} to {@code fix + 15}, {@code wide} or
     * {@code wide + 1}.
     */
    private static boolean isOneOf(int first, int fix, int wide) {
        return (first & 0xf0) == fix || first == wide || first == wide + 1;
    }

    private static long count(byte[] array, int begin, int at, int end, int fix, int wide) {
        int first = array[at] & 0xff;
        if ((first & 0xf0) == fix) {
            return first & 0x0f;
        }
        int width = first == wide ? 2 : 4;
        if (end - at <= width) {
            throw unexpected(width + " bytes of length", array, begin, at + 1, end);
        }
        return number(array, at + 1, width);
    }

    /**
     * Returns the number of bytes before the content of a format, which is the whole size of a number. 0 for the unused
     * format {@code c1}.
     */
    private static int headLength(int first) {
        if (first < 0xc0 || first >= 0xe0) {
            return 1;
        }
        return switch (first) {
            case 0xc0, 0xc2, 0xc3 -> 1;
            case 0xc4, 0xd9, 0xcc, 0xd0, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> 2;
            case 0xc5, 0xda, 0xcd, 0xd1, 0xdc, 0xde, 0xc7 -> 3;
            case 0xc8 -> 4;
            case 0xc6, 0xdb, 0xca, 0xce, 0xd2, 0xdd, 0xdf -> 5;
            case 0xc9 -> 6;
            case 0xcb, 0xcf, 0xd3 -> 9;
            default -> 0;
        };
    }

    /** Returns the number of content bytes of a value that is neither map nor array. */
    private static long payloadLength(byte[] array, int at, int first) {
        if ((first & 0xe0) == 0xa0) {
            return first & 0x1f;
        }
        return switch (first) {
            case 0xc4, 0xd9, 0xc7 -> number(array, at + 1, 1);
            case 0xc5, 0xda, 0xc8 -> number(array, at + 1, 2);
            case 0xc6, 0xdb, 0xc9 -> number(array, at + 1, 4);
            case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> 1L << (first - 0xd4);
            default -> 0;
        };
    }

    private static long number(byte[] array, int at, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | (array[at + i] & 0xff);
        }
        return value;
    }

    private static CodecException unexpected(String expected, byte[] array, int begin, int at, int end) {
        String found = at >= end ? "the end of the bytes" : "byte 0x%02x".formatted(array[at] & 0xff);
        return new CodecException(
                "not MessagePack at byte " + (at - begin) + ": " + found + " (expected: " + expected + ")", null);
    }
}
