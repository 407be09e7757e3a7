package io.heliograph.codec.msgpack;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes one value as MessagePack. */
final class Packer {

    private static final long EXACT = 1L << 53;

    private final MsgpackOptions options;
    private final Dialect dialect;
    private final boolean javaScript;
    private final TypeReaders types;
    private final FrameBuilder target;
    private int depth;

    Packer(MsgpackOptions options, Dialect dialect, TypeReaders types, FrameBuilder target) {
        this.options = options;
        this.dialect = dialect;
        this.javaScript = dialect == Dialect.JAVASCRIPT;
        this.types = types;
        this.target = target;
    }

    void write(@Nullable Object value) {
        switch (value) {
            case null -> target.write(0xc0);
            case String string -> string(string);
            case Double number when javaScript -> javaScriptNumber(number);
            case Float number when javaScript -> javaScriptNumber(number);
            case Number number when javaScript -> javaScriptNumber(nearest(number));
            case Integer number -> integer(number);
            case Long number -> integer(number);
            case Boolean flag -> target.write(flag ? 0xc3 : 0xc2);
            case Double number -> number(number);
            case Float number -> number(number);
            case Short number -> integer(number);
            case Byte number -> integer(number);
            case BigInteger number -> integer(number);
            case BigDecimal number -> decimal(number);
            case Character character -> string(character.toString());
            case Map<?, ?> map -> map(map);
            case Collection<?> elements -> elements(elements);
            // Decoded, because its bytes may have a form that the options exclude.
            case Payload payload -> write(payload.value());
            case byte[] bytes -> binary(bytes);
            case ByteBuffer buffer -> binary(buffer);
            case Optional<?> optional -> write(optional.orElse(null));
            case Object other when javaScript -> javaScriptOther(other);
            case Extension extension -> extension(extension);
            case Record record -> record(record);
            case Enum<?> constant
            when !types.hasJacksonAnnotations(constant.getDeclaringClass()) -> string(constant.name());
            case Instant instant when options.extensions() -> timestamp(instant);
            case Date date when options.extensions() -> timestamp(date.toInstant());
            case CharSequence characters -> string(characters.toString());
            default -> other(value);
        }
    }

    private void other(Object value) {
        if (value.getClass().isArray()) {
            array(value);
            return;
        }
        Object plain = convert(value);
        if (plain instanceof Map || plain instanceof List || isScalar(plain)) {
            write(plain);
        } else {
            throw new CodecException("cannot write " + value.getClass().getTypeName() + " as MessagePack", null);
        }
    }

    private void javaScriptOther(Object value) {
        if (value instanceof CharSequence characters) {
            string(characters.toString());
        } else if (value.getClass().isArray()) {
            array(value);
        } else {
            write(withBinary(convert(value)));
        }
    }

    private @Nullable Object convert(Object value) {
        return Codec.named(dialect.jsonName).convert(value, Object.class);
    }

    /** Replaces the objects in which {@code json-base64} encodes binary by the binary. */
    private static @Nullable Object withBinary(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            if (map.size() == 2 && Boolean.TRUE.equals(map.get("base64")) && map.get("data") instanceof String base64) {
                return Base64.getDecoder().decode(base64);
            }
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, member) -> copy.put(key, withBinary(member)));
            return copy;
        }
        return value instanceof List<?> list
                ? list.stream().map(Packer::withBinary).toList()
                : value;
    }

    private static boolean isScalar(@Nullable Object value) {
        return value == null || value instanceof String || value instanceof Number || value instanceof Boolean;
    }

    private void record(Record record) {
        RecordShape shape = types.record(record.getClass());
        if (shape == null) {
            other(record);
            return;
        }
        enter();
        head(shape.size(), 0x80, 0xde);
        for (int i = 0; i < shape.size(); i++) {
            target.write(shape.packedName(i));
            write(shape.component(record, i));
        }
        depth--;
    }

    private void map(Map<?, ?> map) {
        enter();
        head(map.size(), 0x80, 0xde);
        map.forEach((key, value) -> {
            string(key instanceof Enum<?> constant && !javaScript ? constant.name() : String.valueOf(key));
            write(value);
        });
        depth--;
    }

    private void elements(Collection<?> elements) {
        enter();
        int size = elements.size();
        head(size, 0x90, 0xdc);
        Iterator<?> each = elements.iterator();
        for (int i = 0; i < size; i++) {
            write(each.next());
        }
        depth--;
    }

    private void array(Object array) {
        enter();
        int length = Array.getLength(array);
        head(length, 0x90, 0xdc);
        switch (array) {
            case int[] numbers -> {
                for (int number : numbers) {
                    integer(number);
                }
            }
            case long[] numbers
            when !javaScript -> {
                for (long number : numbers) {
                    integer(number);
                }
            }
            case double[] numbers
            when !javaScript -> {
                for (double number : numbers) {
                    number(number);
                }
            }
            default -> {
                for (int i = 0; i < length; i++) {
                    write(Array.get(array, i));
                }
            }
        }
        depth--;
    }

    private void enter() {
        if (++depth > options.maxDepth()) {
            throw new CodecException("cannot write MessagePack nested more than " + options.maxDepth() + " deep", null);
        }
    }

    // ---- scalars

    private void integer(long value) {
        if (value >= 0) {
            if (value < 0x80) {
                target.write((int) value);
            } else if (value <= 0xff) {
                tagged(0xcc, value, 1);
            } else if (value <= 0xffff) {
                tagged(0xcd, value, 2);
            } else if (value <= 0xffff_ffffL) {
                tagged(0xce, value, 4);
            } else {
                wide(value, 0xcf);
            }
        } else if (value >= -32) {
            target.write((int) value);
        } else if (value >= Byte.MIN_VALUE) {
            tagged(0xd0, value, 1);
        } else if (value >= Short.MIN_VALUE) {
            tagged(0xd1, value, 2);
        } else if (value >= Integer.MIN_VALUE) {
            tagged(0xd2, value, 4);
        } else {
            wide(value, 0xd3);
        }
    }

    private void wide(long value, int format) {
        if (options.integers64()) {
            tagged(format, value, 8);
        } else if (value >= -EXACT && value <= EXACT) {
            number((double) value);
        } else {
            throw tooWide(value);
        }
    }

    private void integer(BigInteger value) {
        if (value.bitLength() < Long.SIZE) {
            integer(value.longValue());
        } else if (options.integers64() && value.signum() > 0 && value.bitLength() == Long.SIZE) {
            tagged(0xcf, value.longValue(), 8);
        } else {
            throw tooWide(value);
        }
    }

    private void decimal(BigDecimal value) {
        number(nearest(value));
    }

    /** Returns the nearest double of a number that is finite. */
    private static double nearest(Number value) {
        double nearest = value.doubleValue();
        if (Double.isInfinite(nearest)) {
            throw new CodecException(
                    "cannot write the number " + value + " as MessagePack (expected: at most 1.8E308, or a string)",
                    null);
        }
        return nearest;
    }

    private static CodecException tooWide(Number value) {
        return new CodecException(
                "cannot write the integer "
                        + value
                        + " as MessagePack (expected: at most 2^53, or a string, or the option integers64)",
                null);
    }

    /** Writes an {@code int} in its shortest form, and every other number as a float. */
    private void javaScriptNumber(double value) {
        int integer = (int) value;
        if (integer == value) {
            integer(integer);
        } else {
            number(value);
        }
    }

    private void number(double value) {
        tagged(0xcb, Double.doubleToLongBits(value), 8);
    }

    private void string(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        head(bytes.length, target);
        target.write(bytes);
    }

    /** Encodes a string, with its head. */
    static byte[] packed(String string) {
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
        head(bytes.length, builder);
        builder.write(bytes);
        return builder.build().toByteArray();
    }

    private static void head(int length, FrameBuilder target) {
        if (length < 32) {
            target.write(0xa0 | length);
        } else if (length <= 0xff) {
            tagged(0xd9, length, 1, target);
        } else if (length <= 0xffff) {
            tagged(0xda, length, 2, target);
        } else {
            tagged(0xdb, length, 4, target);
        }
    }

    private void binary(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        binary(bytes);
    }

    private void binary(byte[] bytes) {
        int length = bytes.length;
        if (length < 0xff || (length == 0xff && !javaScript)) {
            tagged(0xc4, length, 1);
        } else if (length <= 0xffff) {
            tagged(0xc5, length, 2);
        } else {
            tagged(0xc6, length, 4);
        }
        target.write(bytes);
    }

    private void timestamp(Instant instant) {
        long seconds = instant.getEpochSecond();
        int nanos = instant.getNano();
        if (seconds >>> 34 != 0) {
            tagged(0xc7, 12, 1);
            target.write(0xff);
            bytes(nanos, 4, target);
            bytes(seconds, 8, target);
        } else if (nanos == 0 && seconds <= 0xffff_ffffL) {
            target.write(0xd6);
            target.write(0xff);
            bytes(seconds, 4, target);
        } else {
            target.write(0xd7);
            target.write(0xff);
            bytes((long) nanos << 34 | seconds, 8, target);
        }
    }

    private void extension(Extension extension) {
        if (!options.extensions()) {
            throw new CodecException(
                    "cannot write an extension of type "
                            + extension.type()
                            + " as MessagePack (expected: the option extensions)",
                    null);
        }
        Frame data = extension.data();
        int length = data.length();
        if (length <= 16 && Integer.bitCount(length) == 1) {
            target.write(0xd4 + Integer.numberOfTrailingZeros(length));
        } else if (length <= 0xff) {
            tagged(0xc7, length, 1);
        } else if (length <= 0xffff) {
            tagged(0xc8, length, 2);
        } else {
            tagged(0xc9, length, 4);
        }
        target.write(extension.type());
        target.write(data.array(), data.offset(), length);
    }

    /**
     * Writes the head of a map or array.
     *
     * @param fix first byte of the short form, without the size
     * @param wide first byte of the form with a size of two bytes; the form with four bytes is {@code wide + 1}
     */
    private void head(int size, int fix, int wide) {
        if (size < 16) {
            target.write(fix | size);
        } else if (size <= 0xffff) {
            tagged(wide, size, 2);
        } else {
            tagged(wide + 1, size, 4);
        }
    }

    private void tagged(int format, long value, int width) {
        tagged(format, value, width, target);
    }

    private static void tagged(int format, long value, int width, FrameBuilder target) {
        target.write(format);
        bytes(value, width, target);
    }

    private static void bytes(long value, int width, FrameBuilder target) {
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            target.write((int) (value >>> shift));
        }
    }
}
