package io.heliograph.internal;

import static io.heliograph.internal.Check.checkArgument;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Direct-mapped cache of recently seen strings, so that equal strings from many messages or connections share one object.
 *
 * <p>Each slot holds the last string that hashed to it; a collision replaces the string. Strings longer than
 * {@link #MAX_LENGTH} are not cached.
 *
 * <p>Thread-safe: strings are immutable and a lost race only costs a cache miss.
 */
public final class StringInterner {

    /** Longest string that is cached, in bytes or characters. */
    public static final int MAX_LENGTH = 256;

    // Decoding a longer string costs about what looking it up does.
    private static final int MAX_DECODED_LENGTH = 64;

    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int size;

    // Allocated with the first string: most connections never cache one.
    private String @Nullable [] slots;

    /**
     * @param slots number of slots, a power of two of at least 2
     */
    public StringInterner(int slots) {
        checkArgument(
                slots >= 2 && Integer.bitCount(slots) == 1,
                "slots: %s (expected: a power of two of at least 2)",
                slots);
        this.size = slots;
    }

    /** Returns a string equal to {@code text}, shared if one is cached. */
    public String intern(String text) {
        if (text.length() > MAX_LENGTH) {
            return text;
        }
        int hash = text.hashCode();
        String[] present = slots();
        int slot = (hash ^ hash >>> 16) & (size - 1);
        String cached = present[slot];
        if (text.equals(cached)) {
            return cached;
        }
        present[slot] = text;
        return text;
    }

    /** Decodes UTF-8, malformed bytes as U+FFFD; ASCII strings of at most 64 bytes are shared if cached. */
    public String decode(byte[] array, int from, int length) {
        if (length > MAX_DECODED_LENGTH) {
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
        String[] present = slots();
        int slot = (int) (((hash ^ rest) * MIX) >>> 40) & (size - 1);
        String cached = present[slot];
        if (cached != null && isEqual(cached, array, from, length)) {
            return cached;
        }
        String decoded = new String(array, from, length, StandardCharsets.ISO_8859_1);
        present[slot] = decoded;
        return decoded;
    }

    private String[] slots() {
        String[] present = slots;
        if (present == null) {
            present = new String[size];
            slots = present;
        }
        return present;
    }

    private static boolean isEqual(String text, byte[] array, int from, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != array[from + i]) {
                return false;
            }
        }
        return true;
    }
}
