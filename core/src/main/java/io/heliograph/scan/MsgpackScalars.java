package io.heliograph.scan;

import io.heliograph.frame.Frame;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Fast path for MessagePack integers, 64-bit floats, booleans and short ASCII strings; see {@link JsonScalars}. */
final class MsgpackScalars {

    private MsgpackScalars() {}

    /** Decodes a value; returns null if the value is not plain or the type is not supported. */
    static @Nullable Object read(Frame packed, Class<?> type) {
        if (packed.length() == 0) {
            return null;
        }
        if (type == long.class || type == Long.class) {
            return integer(packed);
        }
        if (type == int.class || type == Integer.class) {
            Long number = integer(packed);
            return number == null || number != number.intValue() ? null : (Object) number.intValue();
        }
        if (type == double.class || type == Double.class) {
            return packed.at(0) == (byte) 0xcb && packed.length() == 9
                    ? (Object) Double.longBitsToDouble(bigEndian(packed, 8))
                    : null;
        }
        if (type == boolean.class || type == Boolean.class) {
            byte first = packed.at(0);
            return packed.length() > 1 || (first & 0xfe) != 0xc2 ? null : (Object) (first == (byte) 0xc3);
        }
        return type == String.class ? string(packed) : null;
    }

    private static @Nullable Long integer(Frame packed) {
        byte first = packed.at(0);
        if (packed.length() == 1) {
            return first >= -32 ? (long) first : null;
        }
        int unsigned = first - (byte) 0xcc;
        int signed = first - (byte) 0xd0;
        if (unsigned >= 0 && unsigned < 3 && packed.length() == 1 + (1 << unsigned)) {
            return bigEndian(packed, 1 << unsigned);
        }
        if (signed >= 0 && signed < 4 && packed.length() == 1 + (1 << signed)) {
            int unused = 64 - (8 << signed);
            return bigEndian(packed, 1 << signed) << unused >> unused;
        }
        return null;
    }

    private static long bigEndian(Frame packed, int bytes) {
        long value = 0;
        for (int i = 1; i <= bytes; i++) {
            value = value << 8 | (packed.at(i) & 0xff);
        }
        return value;
    }

    private static @Nullable String string(Frame packed) {
        int length = packed.length() - 1;
        if (length > 31 || (packed.at(0) & 0xff) != (0xa0 | length)) {
            return null;
        }
        for (int i = 1; i <= length; i++) {
            if (packed.at(i) < 0) {
                return null;
            }
        }
        return new String(packed.array(), packed.offset() + 1, length, StandardCharsets.ISO_8859_1);
    }
}
