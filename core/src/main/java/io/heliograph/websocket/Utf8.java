package io.heliograph.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Incremental UTF-8 validator for input in parts.
 *
 * <p>The state between two parts is an int: {@link #ACCEPT} between two characters, {@link #REJECT} after an invalid
 * byte, whatever follows. Otherwise its lowest byte is the number of remaining bytes of the character, and the next two
 * are the minimum and the maximum of the next byte.
 */
final class Utf8 {

    static final int ACCEPT = 0;
    static final int REJECT = -1;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGHS = 0x8080808080808080L;

    private Utf8() {}

    /** Returns the state after the bytes from {@code from} to {@code to}, exclusive. */
    static int check(int state, byte[] array, int from, int to) {
        int now = state;
        int at = from;
        while (at < to && now != REJECT) {
            if (now == ACCEPT) {
                at = skipAscii(array, at, to);
                if (at < to) {
                    now = begin(array[at++] & 0xff);
                }
            } else {
                now = next(now, array[at++] & 0xff);
            }
        }
        return now;
    }

    private static int skipAscii(byte[] array, int from, int to) {
        int at = from;
        while (at + 8 <= to && ((long) LONG.get(array, at) & HIGHS) == 0) {
            at += 8;
        }
        while (at < to && array[at] >= 0) {
            at++;
        }
        return at;
    }

    /** Returns the state after the first byte of a multi-byte character. */
    private static int begin(int first) {
        if (first >= 0xc2 && first <= 0xdf) {
            return expect(1, 0x80, 0xbf);
        }
        if (first >= 0xe0 && first <= 0xef) {
            // E0 80..9F would be overlong, ED A0..BF surrogates.
            return expect(2, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
        }
        if (first >= 0xf0 && first <= 0xf4) {
            // F0 80..8F would be overlong, F4 90..BF beyond U+10FFFF.
            return expect(3, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
        }
        return REJECT;
    }

    private static int next(int state, int value) {
        if (value < (state >> 8 & 0xff) || value > (state >> 16 & 0xff)) {
            return REJECT;
        }
        int left = (state & 0xff) - 1;
        return left == 0 ? ACCEPT : expect(left, 0x80, 0xbf);
    }

    private static int expect(int bytes, int least, int greatest) {
        return greatest << 16 | least << 8 | bytes;
    }
}
