package io.heliograph.codec;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into bytes and back. Usable from any thread.
 *
 * <p>Values are what Java programs hold: records, beans, collections, maps, arrays, strings, numbers, booleans, null. Read as
 * {@code Object}, they are {@code Map<String, Object>}, {@code List<Object>}, {@code String}, {@code Long} or
 * {@code BigInteger}, {@code Double}, {@code Boolean} and null.
 */
public interface Codec {

    /** What it is called, as {@code json}. */
    String name();

    /**
     * What its bytes are, as {@code json}: codecs with one format read each other's. Its {@link #name} unless it says otherwise.
     */
    default String format() {
        return name();
    }

    /**
     * Appends the bytes of {@code value}.
     *
     * @throws CodecException if there are none for it; what was appended before is then without meaning
     */
    void encode(@Nullable Object value, FrameBuilder target);

    /**
     * Reads one value, which must take all the bytes.
     *
     * @throws CodecException if they do not hold such a value
     */
    @Nullable
    Object decode(Frame bytes, Type type);

    /**
     * Turns a value into one of another type, as if it were encoded and decoded.
     *
     * @throws CodecException if that cannot be
     */
    @Nullable
    Object convert(@Nullable Object value, Type type);

    /**
     * The codec called {@code name} that some module provides.
     *
     * @throws IllegalStateException if none does
     */
    static Codec named(String name) {
        return Codecs.named(name);
    }
}
