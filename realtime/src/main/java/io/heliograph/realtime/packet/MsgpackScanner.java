package io.heliograph.realtime.packet;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.nio.charset.StandardCharsets;

/**
 * Scanner of the structure of MessagePack. Lengths are checked against the remaining bytes, nesting against a limit. Not
 * thread-safe.
 */
final class MsgpackScanner {

    private final byte[] array;
    private final int begin;
    private final int end;
    private final int maxDepth;
    private int at;

    MsgpackScanner(Frame bytes, int maxDepth) {
        this.array = bytes.array();
        this.begin = bytes.offset();
        this.end = begin + bytes.length();
        this.at = begin;
        this.maxDepth = maxDepth;
    }

    /**
     * Checks that a frame is exactly one value.
     *
     * @throws CodecException if the frame is malformed or nested too deeply
     */
    static void check(Frame bytes, int maxDepth) {
        MsgpackScanner scanner = new MsgpackScanner(bytes, maxDepth);
        scanner.skip(1);
        scanner.end();
    }

    /** Returns true if bytes remain. */
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

    /** Skips the head of an array or map. Returns the number of elements or entries. */
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

    /** Skips a value. Returns its bytes. */
    Frame slice() {
        int from = at;
        skip(1);
        return Frame.of(array, from, at - from);
    }

    /** Skips a value with all nested values. */
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
            default -> {} // the type byte is the value
        }
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
