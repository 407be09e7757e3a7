package io.heliograph.codec.json;

import io.heliograph.frame.Frame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tells well-formed UTF-8 (table 3-7 of the Unicode standard) from what only looks like it. Jackson refuses some of the
 * malformed and reads the rest, overlong forms among them, as characters.
 */
final class Utf8 {

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /** The same frame, or one in which U+FFFD stands where its bytes are malformed. */
    static Frame wellFormed(Frame frame) {
        byte[] array = frame.array();
        int end = frame.offset() + frame.length();
        int at = ascii(array, frame.offset(), end);
        return at == end || isWellFormed(array, at, end) ? frame : Frame.utf8(frame.utf8());
    }

    /** The place of the first byte that is not ASCII, or a little before it. */
    private static int ascii(byte[] array, int from, int end) {
        int at = from;
        while (at <= end - Long.BYTES && ((long) WORD.get(array, at) & HIGH_BITS) == 0) {
            at += Long.BYTES;
        }
        while (at < end && array[at] >= 0) {
            at++;
        }
        return at;
    }

    private static boolean isWellFormed(byte[] array, int from, int end) {
        int at = from;
        while (at < end) {
            int lead = array[at++];
            if (lead >= 0) {
                continue;
            }
            lead &= 0xff;
            int more = lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
            if (more < 0 || end - at < more) {
                return false;
            }
            // The second byte of some is narrowed: no overlong forms, no surrogates, nothing beyond
            // U+10FFFF.
            int second = array[at] & 0xff;
            int lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            int highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (second < lowest || second > highest) {
                return false;
            }
            for (int i = 1; i < more; i++) {
                if ((array[at + i] & 0xc0) != 0x80) {
                    return false;
                }
            }
            at += more;
        }
        return true;
    }
}
