package io.heliograph.socket;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decodes arrays of numbers of one type. Bytes after the last whole element are ignored. Immutable.
 *
 * @param type a numeric type
 */
record NumberReader(DataType type) {

    int count(Frame bytes) {
        return bytes.length() / type.size();
    }

    // ---- as objects

    /** Decodes several elements for an untyped listener: {@code double[]}, {@code long[]} or {@code int[]}. */
    Object array(Frame bytes) {
        if (type.isFloating()) {
            return doubles(bytes);
        }
        return isWide() ? longs(bytes) : ints(bytes);
    }

    /** Decodes the elements one by one, as {@code Double}, {@code Long} or {@code Integer}. */
    void each(Frame bytes, Consumer<@Nullable Object> target) {
        ByteBuffer source = bytes.buffer();
        for (int count = count(bytes); count > 0; count--) {
            if (type.isFloating()) {
                target.accept(floating(source));
            } else if (isWide()) {
                target.accept(integral(source));
            } else {
                target.accept((int) integral(source));
            }
        }
    }

    private boolean isWide() {
        return type == DataType.LONG || type == DataType.UNSIGNED_INT;
    }

    // ---- as arrays

    /**
     * Returns a decoder for arrays of a class, which must hold every value of the type; {@code byte[]} holds the bits of an
     * unsigned byte.
     *
     * @return null if the class cannot hold every value
     */
    @Nullable
    Function<Frame, Object> into(Class<?> array) {
        boolean fits;
        Function<Frame, Object> reader;
        if (array == byte[].class) {
            fits = type.size() == 1;
            reader = Frame::toByteArray;
        } else if (array == short[].class) {
            fits = !type.isFloating() && (type.size() == 1 || type == DataType.SHORT);
            reader = this::shorts;
        } else if (array == int[].class) {
            fits = !type.isFloating() && !isWide();
            reader = this::ints;
        } else if (array == long[].class) {
            fits = !type.isFloating();
            reader = this::longs;
        } else if (array == float[].class) {
            fits = type == DataType.FLOAT;
            reader = this::floats;
        } else if (array == double[].class) {
            fits = type != DataType.LONG;
            reader = this::doubles;
        } else {
            return null;
        }
        return fits ? reader : null;
    }

    double[] doubles(Frame bytes) {
        ByteBuffer source = bytes.buffer();
        double[] values = new double[count(bytes)];
        if (type.size() == Double.BYTES) {
            source.asDoubleBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = type.isFloating() ? floating(source) : integral(source);
            }
        }
        return values;
    }

    private float[] floats(Frame bytes) {
        float[] values = new float[count(bytes)];
        bytes.buffer().asFloatBuffer().get(values);
        return values;
    }

    long[] longs(Frame bytes) {
        ByteBuffer source = bytes.buffer();
        long[] values = new long[count(bytes)];
        if (type == DataType.LONG) {
            source.asLongBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = integral(source);
            }
        }
        return values;
    }

    private int[] ints(Frame bytes) {
        ByteBuffer source = bytes.buffer();
        int[] values = new int[count(bytes)];
        if (type == DataType.INT) {
            source.asIntBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = (int) integral(source);
            }
        }
        return values;
    }

    private short[] shorts(Frame bytes) {
        ByteBuffer source = bytes.buffer();
        short[] values = new short[count(bytes)];
        if (type == DataType.SHORT) {
            source.asShortBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = (short) integral(source);
            }
        }
        return values;
    }

    private long integral(ByteBuffer source) {
        return switch (type) {
            case BYTE -> source.get();
            case UNSIGNED_BYTE -> source.get() & 0xff;
            case SHORT -> source.getShort();
            case UNSIGNED_SHORT -> source.getShort() & 0xffff;
            case INT -> source.getInt();
            case UNSIGNED_INT -> source.getInt() & 0xffff_ffffL;
            case LONG -> source.getLong();
            case FLOAT, DOUBLE, NUMBER, IMAGE, JSON, STRING -> throw new IllegalStateException(type.typeName());
        };
    }

    private double floating(ByteBuffer source) {
        return type == DataType.FLOAT ? source.getFloat() : source.getDouble();
    }
}
