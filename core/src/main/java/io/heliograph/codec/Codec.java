package io.heliograph.codec;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Encodes values to bytes and decodes them. Implementations are thread-safe.
 *
 * <p>Values are what Java programs hold: records, beans, collections, maps, arrays, strings, numbers, booleans and
 * null. Decoded as {@code Object}, a value is a {@code Map<String, Object>}, {@code List<Object>}, {@code String},
 * {@code Long}, {@code BigInteger}, {@code Double}, {@code Boolean} or null.
 */
public interface Codec {

    /** Returns the name of the codec, such as {@code json}. */
    String name();

    /**
     * Returns the name of the byte format. Codecs of equal format can decode each other's bytes. Default: the {@link
     * #name}.
     */
    default String format() {
        return name();
    }

    /**
     * Encodes {@code value} and appends the bytes to {@code target}.
     *
     * @throws CodecException if the value cannot be encoded; the bytes appended so far are then invalid
     */
    void encode(@Nullable Object value, FrameBuilder target);

    /**
     * Decodes one value, which must occupy all of {@code bytes}.
     *
     * @param type type of the result
     * @throws CodecException if the bytes are malformed or do not hold a value of {@code type}
     */
    @Nullable
    Object decode(Frame bytes, Type type);

    /**
     * Converts a value to another type, with the result of encoding and decoding it.
     *
     * @throws CodecException if the value cannot be converted to {@code type}
     */
    @Nullable
    Object convert(@Nullable Object value, Type type);

    /**
     * Appends a value of this codec as another codec encodes it. The default decodes and encodes it.
     *
     * @throws CodecException if the bytes are malformed, or {@code target} cannot encode the value
     */
    default void transcode(Frame bytes, Codec target, FrameBuilder builder) {
        target.encode(decode(bytes, Object.class), builder);
    }

    /**
     * Returns the codec of a name, found by {@link java.util.ServiceLoader}.
     *
     * @throws IllegalStateException if no codec of this name is on the class path or module path
     */
    static Codec named(String name) {
        return Codecs.named(name);
    }
}
