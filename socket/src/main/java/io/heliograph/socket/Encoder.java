package io.heliograph.socket;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.frame.Framing;
import io.heliograph.socket.spi.SocketFormat;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Encodes items as the bytes of one type; in framed mode a length prefix precedes them. Immutable.
 *
 * <pre>
 * framed, int, [1, -2]     08 00 00 00 01 ff ff ff fe
 * raw,    int, [1, -2]        00 00 00 01 ff ff ff fe
 * </pre>
 *
 * <p>An item that contains an inconvertible element is rejected as a whole.
 */
final class Encoder implements SocketFormat {

    private static final int LONGEST_PREFIX = 5;

    private final DataType.Sent sent;
    private final DataType type;
    private final boolean framed;
    private final int max;
    private final @Nullable Codec json;

    /**
     * @param max limit of a message in bytes, without its prefix
     * @param json the codec of {@link DataType#JSON}; null for other types
     */
    Encoder(DataType.Sent sent, boolean framed, int max, @Nullable Codec json) {
        this.sent = sent;
        this.type = sent.type();
        this.framed = framed;
        this.max = max;
        this.json = json;
    }

    /**
     * Encodes an item.
     *
     * @throws ConversionException if the item is inconvertible or too long
     */
    Frame encode(@Nullable Object item) {
        if (type == DataType.JSON) {
            return json(item);
        }
        if (item == null) {
            throw new ConversionException("Data cannot be converted to " + sent + ". It is: null", null);
        }
        if (type.isNumeric()) {
            return numbers(item);
        }
        if (type == DataType.STRING) {
            StringBuilder string = new StringBuilder();
            if (item instanceof CharSequence || !isArray(item)) {
                string.append(string(item));
            } else {
                elements(item).forEach(element -> string.append(string(element)));
            }
            return message(string.toString().getBytes(StandardCharsets.UTF_8));
        }
        return message(ImageFiles.write(item, sent.imageFormat()));
    }

    // ---- JSON values of a backend

    @Override
    public Frame frame(Payload payload) {
        if (!payload.isPresent()) {
            throw new ConversionException("Data cannot be converted to " + sent + ". It is: absent", null);
        }
        if (type.isNumeric()) {
            return frame(JsonNumbers.convert(type, payload.frame(), this::allocate));
        }
        return switch (type) {
            case JSON -> message(payload.frame().toByteArray());
            case STRING -> message(string(decoded(payload)).getBytes(StandardCharsets.UTF_8));
            default -> message(image(decoded(payload)));
        };
    }

    private Object decoded(Payload payload) {
        Object value = payload.value();
        if (value == null) {
            throw new ConversionException("Data cannot be converted to " + sent + ". It is: null", null);
        }
        return value;
    }

    /** Decodes the bytes in {@code {"base64":true,"data":…}}. */
    private byte[] image(Object value) {
        if (value instanceof Map<?, ?> members
                && Boolean.TRUE.equals(members.get("base64"))
                && members.get("data") instanceof String data) {
            try {
                return Base64.getDecoder().decode(data);
            } catch (IllegalArgumentException e) {
                throw new ConversionException("Data cannot be converted to " + sent + ": malformed Base64", e);
            }
        }
        throw inconvertible(value);
    }

    // ---- numbers

    private Frame numbers(Object item) {
        return switch (item) {
            case double[] values -> doubles(values);
            case float[] values -> floats(values);
            case long[] values -> longs(values);
            case int[] values -> ints(values);
            case short[] values -> shorts(values);
            case byte[] values -> bytes(values);
            case Number number -> {
                ByteBuffer target = allocate(1);
                put(target, number);
                yield frame(target);
            }
            default -> {
                if (!isArray(item)) {
                    throw inconvertible(item);
                }
                List<Number> numbers = new ArrayList<>();
                for (Object element : elements(item)) {
                    if (!(element instanceof Number number)) {
                        throw inconvertible(element);
                    }
                    numbers.add(number);
                }
                ByteBuffer target = allocate(numbers.size());
                numbers.forEach(number -> put(target, number));
                yield frame(target);
            }
        };
    }

    private void put(ByteBuffer target, Number number) {
        switch (number) {
            case Double value -> type.put(target, value.doubleValue());
            case Float value -> type.put(target, value.doubleValue());
            case BigDecimal value -> type.put(target, value.doubleValue());
            default -> type.put(target, number.longValue());
        }
    }

    private Frame doubles(double[] values) {
        ByteBuffer target = allocate(values.length);
        if (type == DataType.DOUBLE || type == DataType.NUMBER) {
            target.asDoubleBuffer().put(values);
        } else {
            for (double value : values) {
                type.put(target, value);
            }
        }
        return frame(target);
    }

    private Frame floats(float[] values) {
        ByteBuffer target = allocate(values.length);
        if (type == DataType.FLOAT) {
            target.asFloatBuffer().put(values);
        } else {
            for (float value : values) {
                type.put(target, (double) value);
            }
        }
        return frame(target);
    }

    private Frame longs(long[] values) {
        ByteBuffer target = allocate(values.length);
        if (type == DataType.LONG) {
            target.asLongBuffer().put(values);
        } else {
            for (long value : values) {
                type.put(target, value);
            }
        }
        return frame(target);
    }

    private Frame ints(int[] values) {
        ByteBuffer target = allocate(values.length);
        if (type == DataType.INT || type == DataType.UNSIGNED_INT) {
            target.asIntBuffer().put(values);
        } else {
            for (int value : values) {
                type.put(target, (long) value);
            }
        }
        return frame(target);
    }

    private Frame shorts(short[] values) {
        ByteBuffer target = allocate(values.length);
        if (type == DataType.SHORT || type == DataType.UNSIGNED_SHORT) {
            target.asShortBuffer().put(values);
        } else {
            for (short value : values) {
                type.put(target, (long) value);
            }
        }
        return frame(target);
    }

    private Frame bytes(byte[] values) {
        ByteBuffer target = allocate(values.length);
        if (type.size() == 1) {
            target.put(values);
        } else {
            for (byte value : values) {
                type.put(target, (long) value);
            }
        }
        return frame(target);
    }

    /** Allocates a message of {@code count} numbers, with its length prefix written. */
    private ByteBuffer allocate(int count) {
        if (count == 0 && framed) {
            throw new ConversionException("An array without numbers cannot be sent as " + sent + " with framing", null);
        }
        return buffer(checked((long) count * type.size()));
    }

    private ByteBuffer buffer(int length) {
        int prefix = prefix(length);
        ByteBuffer target = ByteBuffer.wrap(new byte[prefix + length]);
        putPrefix(target, prefix, length);
        return target;
    }

    /** Returns the content of a buffer from {@link #buffer} as a frame. */
    @SuppressWarnings("ByteBufferBackingArray") // the buffer wraps a whole array
    private static Frame frame(ByteBuffer filled) {
        return filled.capacity() == 0 ? Frame.empty() : Frame.of(filled.array());
    }

    // ---- strings and other bytes

    private Frame message(byte[] content) {
        checked(content.length);
        if (!framed) {
            return Frame.of(content);
        }
        return frame(buffer(content.length).put(content));
    }

    private String string(Object value) {
        return switch (value) {
            case CharSequence text -> text.toString();
            case Character character -> character.toString();
            case Boolean truth -> truth.toString();
            case Number number -> EcmaNumber.format(number);
            default -> throw inconvertible(value);
        };
    }

    private Frame json(@Nullable Object item) {
        if (item instanceof String document) {
            return message(document.getBytes(StandardCharsets.UTF_8));
        }
        if (json == null) {
            throw new IllegalStateException("no codec");
        }
        FrameBuilder builder = new FrameBuilder((int) Math.min(Integer.MAX_VALUE - 8L, LONGEST_PREFIX + (long) max));
        builder.write(new byte[LONGEST_PREFIX]);
        try {
            json.encode(item, builder);
        } catch (CodecException failure) {
            throw new ConversionException("Data cannot be converted to json: " + failure.getMessage(), failure);
        }
        int length = checked(builder.size() - LONGEST_PREFIX);
        byte[] array = builder.build().array();
        int prefix = prefix(length);
        int from = LONGEST_PREFIX - prefix;
        putPrefix(ByteBuffer.wrap(array, from, prefix), prefix, length);
        return Frame.of(array, from, prefix + length);
    }

    private int prefix(int length) {
        return framed ? Framing.oneOrFiveByteLength().encodedLength(length) - length : 0;
    }

    private static void putPrefix(ByteBuffer target, int prefix, int length) {
        if (prefix == 1) {
            target.put((byte) length);
        } else if (prefix == LONGEST_PREFIX) {
            target.put((byte) 0xff).putInt(length);
        }
    }

    private int checked(long length) {
        if (length > max) {
            throw new ConversionException("message of " + length + " bytes (expected: at most " + max + ")", null);
        }
        return (int) length;
    }

    // ---- arrays

    private static boolean isArray(Object item) {
        return item instanceof Collection || item.getClass().isArray();
    }

    /** Returns the elements of an array or collection without nulls. */
    private static List<Object> elements(Object item) {
        Collection<?> all = switch (item) {
            case Collection<?> collection -> collection;
            case Object[] array -> Arrays.asList(array);
            default ->
                IntStream.range(0, Array.getLength(item))
                        .mapToObj(index -> Array.get(item, index))
                        .toList();
        };
        List<Object> present = new ArrayList<>(all.size());
        for (Object element : all) {
            if (element != null) {
                present.add(element);
            }
        }
        return present;
    }

    private ConversionException inconvertible(Object item) {
        return new ConversionException(
                "Data cannot be converted to " + sent + ". It is: "
                        + item.getClass().getName(),
                null);
    }
}
