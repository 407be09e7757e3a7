package io.heliograph.codec.json;

import io.heliograph.frame.Frame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Check for well-formed UTF-8 (Unicode standard, table 3-7). Jackson rejects only some malformed sequences; it reads others, such as
 * overlong forms, as characters.
 */
final class Utf8 {

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /** Returns the frame, or a copy with U+FFFD in place of malformed bytes. */
    static Frame wellFormed(Frame frame) {
        byte[] array = frame.array();
        int end = frame.offset() + frame.length();
        int at = ascii(array, frame.offset(), end);
        return at == end || isWellFormed(array, at, end) ? frame : Frame.utf8(frame.utf8());
    }

    /** Returns the offset of the first byte that is not ASCII. */
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
            // A narrower range excludes overlong forms, surrogates and code points beyond U+10FFFF.
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
