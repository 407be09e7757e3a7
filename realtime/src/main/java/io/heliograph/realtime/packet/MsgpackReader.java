package io.heliograph.realtime.packet;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Goes through MessagePack, of any valid form, from value to value. Lengths are checked against the bytes that are there.
 *
 * <p>Read as values, a whole number is a {@code Long} or {@code BigInteger}, also one that was written as floating point and is
 * exact, because JavaScript does not tell them apart; any other number is a {@code Double}, bytes are a {@code byte[]}, and an
 * extension is a map of {@code type} and {@code buffer}. The keys of a map become strings.
 */
final class MsgpackReader {

    private static final double EXACT = 1L << 53;

    private final byte[] array;
    private final int begin;
    private final int end;
    private final int maxDepth;
    private int at;

    MsgpackReader(Frame bytes, int maxDepth) {
        this.array = bytes.array();
        this.begin = bytes.offset();
        this.end = begin + bytes.length();
        this.at = begin;
        this.maxDepth = maxDepth;
    }

    /**
     * The value that takes all the bytes.
     *
     * @throws CodecException if they are not one
     */
    static @Nullable Object value(Frame bytes, int maxDepth) {
        MsgpackReader reader = new MsgpackReader(bytes, maxDepth);
        Object value = reader.value(1);
        reader.end();
        return value;
    }

    /**
     * Checks that the bytes are one value.
     *
     * @throws CodecException if not
     */
    static void check(Frame bytes, int maxDepth) {
        MsgpackReader reader = new MsgpackReader(bytes, maxDepth);
        reader.skip(1);
        reader.end();
    }

    /** Whether there is another byte. */
    boolean hasMore() {
        return at < end;
    }

    private void end() {
        if (at != end) {
            throw wrong((end - at) + " more bytes", "the end of the message");
        }
    }

    // ---- heads

    boolean isArray() {
        int type = peek();
        return (type & 0xf0) == 0x90 || type == 0xdc || type == 0xdd;
    }

    boolean isMap() {
        int type = peek();
        return (type & 0xf0) == 0x80 || type == 0xde || type == 0xdf;
    }

    boolean isNumber() {
        int type = peek();
        return type < 0x80 || type >= 0xe0 || (type >= 0xca && type <= 0xd3);
    }

    boolean isString() {
        int type = peek();
        return (type & 0xe0) == 0xa0 || (type >= 0xd9 && type <= 0xdb);
    }

    boolean isNil() {
        return peek() == 0xc0;
    }

    /** Passes the head of an array or map; answers how many elements or entries follow. */
    int count() {
        boolean map = isMap();
        int type = next();
        long count = switch (type) {
            case 0xdc, 0xde -> unsigned(2);
            case 0xdd, 0xdf -> unsigned(4);
            default -> type & 0x0f;
        };
        long values = map ? count * 2 : count;
        if (values > end - at) {
            throw wrong(values + " values in " + (end - at) + " bytes", "one byte for each");
        }
        return (int) count;
    }

    // ---- values

    /** Passes a value; answers its bytes. */
    Frame slice(int depth) {
        int from = at;
        skip(depth);
        return Frame.of(array, from, at - from);
    }

    /** Passes a value with all it holds. */
    void skip(int depth) {
        checkDepth(depth);
        if (isArray() || isMap()) {
            boolean map = isMap();
            int count = count();
            for (int i = 0; i < count; i++) {
                if (map) {
                    skip(depth + 1);
                }
                skip(depth + 1);
            }
            return;
        }
        int type = next();
        if ((type & 0xe0) == 0xa0) {
            advance(type & 0x1f);
            return;
        }
        switch (type) {
            case 0xc1 -> throw unused();
            case 0xc4, 0xd9 -> advance(unsigned(1));
            case 0xc5, 0xda -> advance(unsigned(2));
            case 0xc6, 0xdb -> advance(unsigned(4));
            case 0xc7 -> advance(unsigned(1) + 1);
            case 0xc8 -> advance(unsigned(2) + 1);
            case 0xc9 -> advance(unsigned(4) + 1);
            case 0xcc, 0xd0 -> advance(1);
            case 0xcd, 0xd1 -> advance(2);
            case 0xca, 0xce, 0xd2 -> advance(4);
            case 0xcb, 0xcf, 0xd3 -> advance(8);
            case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> advance(1 + (1 << (type - 0xd4)));
            default -> {} // a value in its one byte
        }
    }

    @Nullable
    Object value(int depth) {
        checkDepth(depth);
        if (isArray()) {
            return list(depth);
        }
        if (isMap()) {
            return map(depth);
        }
        if (isString()) {
            return string();
        }
        int type = next();
        if (type < 0x80 || type >= 0xe0) {
            return (long) (byte) type;
        }
        return switch (type) {
            case 0xc0 -> null;
            case 0xc2 -> false;
            case 0xc3 -> true;
            case 0xc4 -> bytes(unsigned(1));
            case 0xc5 -> bytes(unsigned(2));
            case 0xc6 -> bytes(unsigned(4));
            case 0xc7 -> extension(unsigned(1));
            case 0xc8 -> extension(unsigned(2));
            case 0xc9 -> extension(unsigned(4));
            case 0xca -> number(Float.intBitsToFloat((int) unsigned(4)));
            case 0xcb -> number(Double.longBitsToDouble(big(8)));
            case 0xcc -> unsigned(1);
            case 0xcd -> unsigned(2);
            case 0xce -> unsigned(4);
            case 0xcf -> unsigned64(big(8));
            case 0xd0 -> (long) (byte) unsigned(1);
            case 0xd1 -> (long) (short) unsigned(2);
            case 0xd2 -> (long) (int) unsigned(4);
            case 0xd3 -> big(8);
            case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> extension(1L << (type - 0xd4));
            default -> throw unused();
        };
    }

    private List<@Nullable Object> list(int depth) {
        int count = count();
        List<@Nullable Object> list = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            list.add(value(depth + 1));
        }
        return list;
    }

    private Map<String, @Nullable Object> map(int depth) {
        int count = count();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = key();
            map.put(key, value(depth + 1));
        }
        return map;
    }

    /** The key of a map, as the text that JavaScript makes of it. */
    String key() {
        if (isString()) {
            return string();
        }
        if (isArray() || isMap()) {
            throw wrong("a list or map as a key", "a string");
        }
        Object key = value(1);
        return key instanceof Number number ? Numbers.text(number) : String.valueOf(key);
    }

    String string() {
        int type = next();
        long length = switch (type) {
            case 0xd9 -> unsigned(1);
            case 0xda -> unsigned(2);
            case 0xdb -> unsigned(4);
            default -> type & 0x1f;
        };
        int from = at;
        advance(length);
        return new String(array, from, (int) length, StandardCharsets.UTF_8);
    }

    private byte[] bytes(long length) {
        int from = at;
        advance(length);
        return java.util.Arrays.copyOfRange(array, from, at);
    }

    private Map<String, Object> extension(long length) {
        Map<String, Object> extension = new LinkedHashMap<>();
        extension.put("type", (long) (byte) unsigned(1));
        extension.put("buffer", bytes(length));
        return extension;
    }

    private static Object number(double value) {
        return value == Math.rint(value) && Math.abs(value) <= EXACT ? (Object) (long) value : (Object) value;
    }

    private static Object unsigned64(long bits) {
        return bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
    }

    // ---- bytes

    private int peek() {
        if (at == end) {
            throw wrong("the end of the message", "a value");
        }
        return array[at] & 0xff;
    }

    private int next() {
        int type = peek();
        at++;
        return type;
    }

    private void advance(long bytes) {
        if (bytes > end - at) {
            throw wrong((end - at) + " bytes", bytes + " bytes");
        }
        at += (int) bytes;
    }

    private long unsigned(int bytes) {
        return big(bytes);
    }

    private long big(int bytes) {
        int from = at;
        advance(bytes);
        long value = 0;
        for (int i = from; i < at; i++) {
            value = value << 8 | (array[i] & 0xff);
        }
        return value;
    }

    private void checkDepth(int depth) {
        if (depth > maxDepth) {
            throw wrong("nested too deeply", "at most " + maxDepth + " levels");
        }
    }

    private CodecException unused() {
        at--;
        return wrong("byte 0xc1", "a value");
    }

    private CodecException wrong(String found, String expected) {
        return new CodecException(
                "not MessagePack at byte " + (at - begin) + ": " + found + " (expected: " + expected + ")", null);
    }
}
