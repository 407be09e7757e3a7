package io.heliograph.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The short ASCII strings read last, so that one that comes again and again, as a topic does, is made once.
 *
 * <p>It keeps at most {@value #SLOTS} strings of at most {@value #LONGEST} characters, some 7 KB, and nothing before the first
 * one; a string has one place, which it shares with others and takes from them. For one thread at a time.
 */
final class RecentStrings {

    static final int LONGEST = 64;
    static final int SLOTS = 64;

    private static final int BITS = 6;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private @Nullable String @Nullable [] slots;

    /** The bytes read as UTF-8, malformed ones as U+FFFD. */
    String utf8(byte[] array, int from, int length) {
        if (length > LONGEST) {
            return new String(array, from, length, StandardCharsets.UTF_8);
        }
        long hash = length;
        long seen = 0;
        int at = from;
        int end = from + length;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long word = (long) WORD.get(array, at);
            seen |= word;
            hash = (hash ^ word) * MIX;
            hash ^= hash >>> 32;
        }
        long rest = 0;
        for (; at < end; at++) {
            rest = (rest << 8) | (array[at] & 0xff);
        }
        if (((seen | rest) & HIGH_BITS) != 0) {
            return new String(array, from, length, StandardCharsets.UTF_8);
        }
        return recent((int) (((hash ^ rest) * MIX) >>> (Long.SIZE - BITS)), array, from, length);
    }

    private String recent(int slot, byte[] array, int from, int length) {
        if (slots == null) {
            slots = new String[SLOTS];
        }
        String known = slots[slot];
        if (known != null && isSame(known, array, from, length)) {
            return known;
        }
        String fresh = new String(array, from, length, StandardCharsets.ISO_8859_1);
        slots[slot] = fresh;
        return fresh;
    }

    private static boolean isSame(String known, byte[] array, int from, int length) {
        if (known.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (known.charAt(i) != array[from + i]) {
                return false;
            }
        }
        return true;
    }
}
