package io.heliograph.realtime.packet;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Appends values as MessagePack: whole numbers of 32 bits in their shortest form, all others in 64 bits of floating point, and no
 * extension types. For one value.
 */
final class MsgpackWriter {

    private static final int NIL = 0xc0;
    private static final int FALSE = 0xc2;
    private static final int TRUE = 0xc3;
    private static final int BIN_8 = 0xc4;
    private static final int FLOAT_64 = 0xcb;
    private static final int UINT_8 = 0xcc;
    private static final int INT_8 = 0xd0;
    private static final int STR_8 = 0xd9;
    private static final int ARRAY_16 = 0xdc;
    private static final int MAP_16 = 0xde;

    private final FrameBuilder target;
    private final Codec json;

    /**
     * @param json says what a value is of which MessagePack knows nothing
     */
    MsgpackWriter(FrameBuilder target, Codec json) {
        this.target = target;
        this.json = json;
    }

    /**
     * @throws CodecException if the value has no form in MessagePack, or is nested too deeply
     */
    void write(@Nullable Object value, int depth) {
        if (depth > MinBinCodec.MAX_DEPTH) {
            throw new CodecException(
                    "a value nested too deeply, or in itself (expected: at most " + MinBinCodec.MAX_DEPTH + " levels)",
                    null);
        }
        switch (value) {
            case null -> nil(target);
            case Boolean bool -> target.write(bool ? TRUE : FALSE);
            case Number number -> number(number.doubleValue(), target);
            case CharSequence text -> string(text.toString(), target);
            case Character character -> string(character.toString(), target);
            case byte[] bytes -> bytes(bytes);
            case ByteBuffer buffer -> bytes(bytes(buffer));
            case Map<?, ?> map -> map(map, depth);
            case Collection<?> list -> list(list, depth);
            case Optional<?> optional -> write(optional.orElse(null), depth + 1);
            case Payload payload -> write(payload.value(), depth);
            default -> {
                if (value.getClass().isArray()) {
                    array(value, depth);
                } else {
                    write(plain(json.convert(value, Object.class)), depth + 1);
                }
            }
        }
    }

    static void nil(FrameBuilder target) {
        target.write(NIL);
    }

    /** A number as JavaScript has it. */
    static void number(double value, FrameBuilder target) {
        int whole = (int) value;
        if (whole == value) {
            whole(whole, target);
        } else {
            target.write(FLOAT_64);
            long bits = Double.doubleToLongBits(value);
            big((int) (bits >>> 32), 4, target);
            big((int) bits, 4, target);
        }
    }

    private static void whole(int value, FrameBuilder target) {
        if (value >= -0x20 && value <= 0x7f) {
            target.write(value);
        } else if (value >= 0) {
            sized(UINT_8, value <= 0xff ? 0 : value <= 0xffff ? 1 : 2, value, target);
        } else {
            sized(INT_8, value >= -0x80 ? 0 : value >= -0x8000 ? 1 : 2, value, target);
        }
    }

    static void string(String text, FrameBuilder target) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = bytes.length;
        if (length < 32) {
            target.write(0xa0 | length);
        } else {
            sized(STR_8, length <= 0xff ? 0 : length <= 0xffff ? 1 : 2, length, target);
        }
        target.write(bytes);
    }

    private void bytes(byte[] bytes) {
        int length = bytes.length;
        sized(BIN_8, length < 0xff ? 0 : length <= 0xffff ? 1 : 2, length, target);
        target.write(bytes);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static void arrayHead(int length, FrameBuilder target) {
        if (length < 16) {
            target.write(0x90 | length);
        } else {
            sized(ARRAY_16, length <= 0xffff ? 1 : 2, length, target, 1);
        }
    }

    private static void mapHead(int length, FrameBuilder target) {
        if (length < 16) {
            target.write(0x80 | length);
        } else {
            sized(MAP_16, length <= 0xffff ? 1 : 2, length, target, 1);
        }
    }

    private void map(Map<?, ?> map, int depth) {
        mapHead(map.size(), target);
        map.forEach((key, value) -> {
            string(String.valueOf(key), target);
            write(value, depth + 1);
        });
    }

    private void list(Collection<?> list, int depth) {
        arrayHead(list.size(), target);
        for (Object element : list) {
            write(element, depth + 1);
        }
    }

    private void array(Object array, int depth) {
        int length = Array.getLength(array);
        arrayHead(length, target);
        for (int i = 0; i < length; i++) {
            write(Array.get(array, i), depth + 1);
        }
    }

    /** The bytes that JSON has made an object of. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            if (map.size() == 2 && Boolean.TRUE.equals(map.get("base64")) && map.get("data") instanceof String text) {
                return Base64.getDecoder().decode(text);
            }
            Map<Object, @Nullable Object> copy = new java.util.LinkedHashMap<>();
            map.forEach((key, member) -> copy.put(key, plain(member)));
            return copy;
        }
        return value instanceof java.util.List<?> list
                ? list.stream().map(MsgpackWriter::plain).toList()
                : value;
    }

    /** The type of a size and then the value: 8, 16 or 32 bits for the sizes 0, 1 and 2. */
    private static void sized(int type, int size, int value, FrameBuilder target) {
        sized(type, size, value, target, 0);
    }

    /**
     * @param first the size that the type given is for
     */
    private static void sized(int type, int size, int value, FrameBuilder target, int first) {
        target.write(type + size - first);
        big(value, 1 << size, target);
    }

    private static void big(int value, int bytes, FrameBuilder target) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
            target.write(value >> shift);
        }
    }
}
