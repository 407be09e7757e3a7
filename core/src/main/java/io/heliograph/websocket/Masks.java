package io.heliograph.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Masking of payloads (RFC 6455, section 5.3). */
final class Masks {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Masks() {}

    /** Masks or unmasks bytes in place; the first byte is masked by the highest byte of the key. */
    static void apply(byte[] array, int from, int length, int key) {
        long wide = (key & 0xffff_ffffL) << 32 | (key & 0xffff_ffffL);
        int at = from;
        int end = from + length;
        for (; at + 8 <= end; at += 8) {
            LONG.set(array, at, (long) LONG.get(array, at) ^ wide);
        }
        for (int i = 0; at < end; at++, i++) {
            array[at] ^= (byte) (key >>> (8 * (3 - (i & 3))));
        }
    }
}
