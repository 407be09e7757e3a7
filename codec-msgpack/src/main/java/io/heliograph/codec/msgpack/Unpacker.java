package io.heliograph.codec.msgpack;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.scan.MsgpackEnvelope;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads MessagePack values from a frame, one after another. */
final class Unpacker {

    private static final double EXACT = 1L << 53;
    private static final double LONG = Math.nextDown(0x1p63);

    private final byte[] array;
    private final int begin;
    private final int end;
    private final int maxDepth;
    private final boolean javaScript;
    private int at;
    private int depth;

    Unpacker(Frame bytes, int maxDepth, Dialect dialect) {
        this.array = bytes.array();
        this.begin = bytes.offset();
        this.at = begin;
        this.end = begin + bytes.length();
        this.maxDepth = maxDepth;
        this.javaScript = dialect == Dialect.JAVASCRIPT;
    }

    /** Checks that no bytes remain. */
    void end() {
        if (at != end) {
            throw unexpected("the end of the bytes");
        }
    }

    boolean isNil() {
        return at < end && array[at] == (byte) 0xc0;
    }

    boolean isBinary() {
        return at < end && (array[at] & 0xff) >= 0xc4 && (array[at] & 0xff) <= 0xc6;
    }

    boolean isMap() {
        int first = peek();
        return (first & 0xf0) == 0x80 || first == 0xde || first == 0xdf;
    }

    boolean isArray() {
        int first = peek();
        return (first & 0xf0) == 0x90 || first == 0xdc || first == 0xdd;
    }

    private boolean isString() {
        int first = peek();
        return (first & 0xe0) == 0xa0 || (first >= 0xd9 && first <= 0xdb);
    }

    /** Skips the next value if it is nil. */
    boolean skipNil() {
        boolean nil = isNil();
        at += nil ? 1 : 0;
        return nil;
    }

    void skip() {
        at = MsgpackEnvelope.skip(array, begin, at, end);
    }

    /** Enters a map or array. */
    void enter() {
        if (++depth > maxDepth) {
            throw unexpected("at most " + maxDepth + " levels");
        }
    }

    void leave() {
        depth--;
    }

    // ---- values of any type

    /** Reads the next value as the type that its format implies. */
    @Nullable
    Object value() {
        return value(false);
    }

    /**
     * Reads the next value as the type that its format implies.
     *
     * @param integral whether a float without a fraction is returned as a {@code Long}; the JavaScript dialect ignores
     *     this and always returns a {@code Long}
     */
    @Nullable
    Object value(boolean integral) {
        if (isMap()) {
            return map(integral);
        }
        if (isArray()) {
            return list(integral);
        }
        if (isString()) {
            return string();
        }
        int first = peek();
        return switch (first) {
            case 0xc0 -> {
                at++;
                yield null;
            }
            case 0xc2, 0xc3 -> bool();
            case 0xc4, 0xc5, 0xc6 -> binary();
            case 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> extension();
            case 0xca, 0xcb -> {
                double number = number();
                boolean whole = javaScript ? isWhole(number, EXACT) : integral && isWhole(number, LONG);
                yield whole ? (Object) (long) number : (Object) number;
            }
            default -> integer();
        };
    }

    private Map<String, @Nullable Object> map(boolean integral) {
        int entries = mapSize();
        enter();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries; i++) {
            String key = key();
            map.put(key, value(integral));
        }
        leave();
        return map;
    }

    private List<@Nullable Object> list(boolean integral) {
        int size = arraySize();
        enter();
        List<@Nullable Object> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(value(integral));
        }
        leave();
        return list;
    }

    // ---- values of an expected type

    /** Reads the head of a map. Returns the number of entries, at most as many as the remaining bytes can hold. */
    int mapSize() {
        if (!isMap()) {
            throw unexpected("a map");
        }
        return size(0x80, 0xde, 2);
    }

    /** Reads the head of an array. Returns the number of elements, at most as many as the remaining bytes can hold. */
    int arraySize() {
        if (!isArray()) {
            throw unexpected("an array");
        }
        return size(0x90, 0xdc, 1);
    }

    private int size(int fix, int wide, int each) {
        int start = at;
        int first = next();
        long size = (first & 0xf0) == fix ? first & 0x0f : unsigned(first == wide ? 2 : 4);
        if (size * each > end - at) {
            at = start;
            throw unexpected("a size of at most " + (end - start) + " values");
        }
        return (int) size;
    }

    /** Reads the key of a map as a string. */
    String key() {
        if (isString() || (javaScript && isBinary())) {
            return string();
        }
        int first = peek();
        boolean number = first < 0x80 || first >= 0xe0 || (first >= 0xca && first <= 0xd3);
        if (number || (javaScript && (first == 0xc0 || first == 0xc2 || first == 0xc3))) {
            return String.valueOf(value(true));
        }
        throw unexpected("a key that is a string or a number");
    }

    /**
     * Reads a key and returns its index in {@code names}, or -1 for an unknown key.
     *
     * @param names encoded keys, with their heads
     * @param expected index to compare first
     */
    int member(byte[][] names, int expected) {
        for (int i = 0; i < names.length; i++) {
            int candidate = (expected + i) % names.length;
            byte[] name = names[candidate];
            if (end - at >= name.length && Arrays.equals(array, at, at + name.length, name, 0, name.length)) {
                at += name.length;
                return candidate;
            }
        }
        // The key may have a longer form than necessary.
        String key = key();
        byte[] packed = Packer.packed(key);
        for (int i = 0; i < names.length; i++) {
            if (Arrays.equals(packed, names[i])) {
                return i;
            }
        }
        return -1;
    }

    boolean bool() {
        int first = next();
        if (first != 0xc2 && first != 0xc3) {
            at--;
            throw unexpected("a boolean");
        }
        return first == 0xc3;
    }

    /** Reads a float or an integer as a {@code double}. */
    double number() {
        int start = at;
        int first = next();
        if (first == 0xca) {
            return Float.intBitsToFloat((int) unsigned(4));
        }
        if (first == 0xcb) {
            need(8);
            return Double.longBitsToDouble(unsigned(8));
        }
        at = start;
        return integer().doubleValue();
    }

    /** Reads an integer, or a float without a fraction, in a range. */
    long integer(long min, long max) {
        int first = peek();
        if (first < 0x80) {
            at++;
            return checked(first, min, max);
        }
        int start = at;
        if (first == 0xca || first == 0xcb) {
            double number = number();
            if (isWhole(number, LONG)) {
                return checked((long) number, min, max);
            }
            at = start;
            throw unexpected("an integer");
        }
        if (integer() instanceof Long number) {
            return checked(number, min, max);
        }
        at = start;
        throw unexpected("an integer of at most 64 bits");
    }

    private long checked(long value, long min, long max) {
        if (value < min || value > max) {
            throw rejected("an integer of " + min + " to " + max);
        }
        return value;
    }

    private static boolean isWhole(double number, double limit) {
        return number == Math.rint(number) && Math.abs(number) <= limit;
    }

    /** Reads an integer as a {@code Long}, or as a {@code BigInteger} if it does not fit. */
    Number integer() {
        int first = next();
        if (first < 0x80 || first >= 0xe0) {
            return (long) (byte) first;
        }
        return switch (first) {
            case 0xcc, 0xcd, 0xce -> unsigned(1 << (first - 0xcc));
            case 0xd0 -> (long) (byte) unsigned(1);
            case 0xd1 -> (long) (short) unsigned(2);
            case 0xd2 -> (long) (int) unsigned(4);
            case 0xcf -> unsigned64();
            case 0xd3 -> unsigned(8);
            default -> {
                at--;
                throw unexpected("an integer");
            }
        };
    }

    private Number unsigned64() {
        long value = unsigned(8);
        return value >= 0 ? (Number) value : new BigInteger(Long.toUnsignedString(value));
    }

    BigInteger bigInteger() {
        Number value = peek() == 0xca || peek() == 0xcb ? (Number) number() : integer();
        return switch (value) {
            case BigInteger big -> big;
            case Double number -> new BigDecimal(number).toBigIntegerExact();
            default -> BigInteger.valueOf(value.longValue());
        };
    }

    /** Reads a string, or binary as UTF-8. */
    String string() {
        int start = at;
        int first = next();
        long length = (first & 0xe0) == 0xa0
                ? first & 0x1f
                : switch (first) {
                    case 0xd9, 0xc4 -> unsigned(1);
                    case 0xda, 0xc5 -> unsigned(2);
                    case 0xdb, 0xc6 -> unsigned(4);
                    default -> {
                        at = start;
                        throw unexpected("a string");
                    }
                };
        int from = take(length);
        return new String(array, from, (int) length, StandardCharsets.UTF_8);
    }

    byte[] binary() {
        int first = next();
        int width = 1 << (first - 0xc4);
        if (first < 0xc4 || first > 0xc6) {
            at--;
            throw unexpected("binary");
        }
        int length = (int) Math.min(unsigned(width), Integer.MAX_VALUE);
        int from = take(length);
        return Arrays.copyOfRange(array, from, from + length);
    }

    private Object extension() {
        int first = next();
        int length =
                first >= 0xd4 ? 1 << (first - 0xd4) : (int) Math.min(unsigned(1 << (first - 0xc7)), Integer.MAX_VALUE);
        need(1);
        int type = array[at++];
        int from = take(length);
        if (javaScript) {
            Map<String, Object> extension = new LinkedHashMap<>();
            extension.put("type", (long) type);
            extension.put("buffer", Arrays.copyOfRange(array, from, from + length));
            return extension;
        }
        if (type != -1 || (length != 4 && length != 8 && length != 12)) {
            return new Extension(type, Frame.of(Arrays.copyOfRange(array, from, from + length)));
        }
        int after = at;
        at = from;
        try {
            return timestamp(length);
        } finally {
            at = after;
        }
    }

    private Instant timestamp(int length) {
        long seconds;
        long nanos;
        switch (length) {
            case 4 -> {
                nanos = 0;
                seconds = unsigned(4);
            }
            case 8 -> {
                long both = unsigned(8);
                nanos = both >>> 34;
                seconds = both & (1L << 34) - 1;
            }
            default -> {
                nanos = unsigned(4);
                seconds = unsigned(8);
            }
        }
        if (nanos > 999_999_999 || seconds < Instant.MIN.getEpochSecond() || seconds > Instant.MAX.getEpochSecond()) {
            throw rejected("a valid timestamp");
        }
        return Instant.ofEpochSecond(seconds, nanos);
    }

    // ---- bytes

    private int peek() {
        need(1);
        return array[at] & 0xff;
    }

    private int next() {
        need(1);
        return array[at++] & 0xff;
    }

    private long unsigned(int width) {
        need(width);
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | (array[at++] & 0xff);
        }
        return value;
    }

    private int take(long length) {
        need(length);
        int from = at;
        at += (int) length;
        return from;
    }

    private void need(long bytes) {
        if (bytes > end - at) {
            throw unexpected(bytes + " more bytes");
        }
    }

    /** Returns the error for the value read last, which is not acceptable. */
    CodecException rejected(String expected) {
        return new CodecException("value before byte " + (at - begin) + " (expected: " + expected + ")", null);
    }

    /** Returns the error for the next byte, which is not the expected one. */
    CodecException unexpected(String expected) {
        String found = at >= end ? "the end of the bytes" : "byte 0x%02x".formatted(array[at] & 0xff);
        return new CodecException("byte " + (at - begin) + ": " + found + " (expected: " + expected + ")", null);
    }
}
