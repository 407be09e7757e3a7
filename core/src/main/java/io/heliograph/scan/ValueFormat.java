package io.heliograph.scan;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Structure of encoded values, read and composed without decoding their parts. Thread-safe. */
public abstract sealed class ValueFormat permits JsonValues, MsgpackValues {

    public static ValueFormat json() {
        return JsonValues.INSTANCE;
    }

    public static ValueFormat msgpack() {
        return MsgpackValues.INSTANCE;
    }

    /** Returns the format of a codec's bytes, or null if it is neither JSON nor MessagePack. */
    public static @Nullable ValueFormat of(Codec codec) {
        return switch (codec.format()) {
            case "json" -> JsonValues.INSTANCE;
            case "msgpack" -> MsgpackValues.INSTANCE;
            default -> null;
        };
    }

    public abstract boolean isArray(Frame value);

    public abstract boolean isObject(Frame value);

    public abstract boolean isString(Frame value);

    public abstract boolean isNull(Frame value);

    /**
     * Returns the elements of an array as slices.
     *
     * @throws io.heliograph.codec.CodecException if the value is not an array, or has more than {@code max} elements
     */
    public abstract List<Frame> elements(Frame array, int max);

    /**
     * Returns the members of an object as slices, in the order of the names; null for a missing member.
     *
     * @param names in ASCII
     * @throws io.heliograph.codec.CodecException if the value is not an object
     */
    public abstract @Nullable Frame[] members(Frame object, String... names);

    /** Decodes a plain number, boolean or string without a codec; returns null for everything else. */
    public abstract @Nullable Object scalar(Frame value, Class<?> type);

    /**
     * Decodes a value, without the codec if the value is a plain scalar.
     *
     * @throws io.heliograph.codec.CodecException if the value cannot be decoded as the type
     */
    public final @Nullable Object decode(Codec codec, Frame value, Type type) {
        Object scalar = type instanceof Class<?> scalarType ? scalar(value, scalarType) : null;
        return scalar == null ? codec.decode(value, type) : scalar;
    }

    /** Appends an array of encoded elements. */
    public abstract void array(List<Frame> elements, FrameBuilder target);

    /**
     * Appends an object; surplus names or values are left out.
     *
     * @param names the encoded names
     */
    public abstract void object(List<Frame> names, List<Frame> values, FrameBuilder target);
}
