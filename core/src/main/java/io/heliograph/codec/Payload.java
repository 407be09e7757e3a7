package io.heliograph.codec;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Content of a message, decoded on demand.
 *
 * <p>Immutable and thread-safe. A payload keeps its encoded bytes, which never change, and decodes them at each call:
 * it caches no result.
 */
@SuppressWarnings("ReferenceEquality") // comparison with sentinels
public final class Payload {

    /** Sentinel for the value of an absent payload. */
    private static final Object ABSENT = new Object();

    /** Sentinel in place of the value of bytes that are known to be well formed. */
    private static final Object WELL_FORMED = new Object();

    private final Codec codec;
    private final @Nullable Frame bytes;
    private final @Nullable Object value;

    private Payload(Codec codec, @Nullable Frame bytes, @Nullable Object value) {
        this.codec = codec;
        this.bytes = bytes;
        this.value = value;
    }

    /** Creates a payload from encoded bytes. */
    public static Payload of(Codec codec, Frame bytes) {
        return new Payload(codec, bytes, null);
    }

    /**
     * Creates a payload from encoded bytes that are known to be exactly one well-formed value, such as a part of a message that was
     * scanned. A relay does not scan them again.
     */
    public static Payload ofWellFormed(Codec codec, Frame bytes) {
        return new Payload(codec, bytes, WELL_FORMED);
    }

    /** Creates a payload from a value that is already decoded, such as the result of a custom transcoder. */
    public static Payload ofValue(Codec codec, @Nullable Object value) {
        return new Payload(codec, null, value);
    }

    /**
     * Creates the payload of a message without content, in protocols that distinguish it from null.
     *
     * <p>An absent payload decodes as null, has no bytes, and {@link #isPresent} returns false.
     */
    public static Payload absent(Codec codec) {
        return new Payload(codec, null, ABSENT);
    }

    /** Returns whether the message has a value, null included. */
    @SuppressWarnings("ReferenceEquality") // comparison with the sentinel
    public boolean isPresent() {
        return value != ABSENT;
    }

    /** Returns the number of encoded bytes; 0 if the payload is absent or was created from a decoded value. */
    public int size() {
        return bytes == null ? 0 : bytes.length();
    }

    /** Returns the codec of the payload. */
    public Codec codec() {
        return codec;
    }

    /** Returns whether the encoded bytes are known to be exactly one well-formed value. */
    @SuppressWarnings("ReferenceEquality") // comparison with the sentinel
    public boolean isWellFormed() {
        return bytes == null || value == WELL_FORMED;
    }

    /** Returns whether {@code other} has the same format, so that it can decode these bytes. */
    public boolean isEncodedLike(Codec other) {
        return codec == other || codec.format().equals(other.format());
    }

    /**
     * Decodes the value as {@code type}.
     *
     * @throws CodecException if the bytes are malformed or do not hold a value of {@code type}
     */
    public <T> @Nullable T as(Class<T> type) {
        return cast(to(type));
    }

    /**
     * Decodes the value as {@code type}.
     *
     * @throws CodecException if the bytes are malformed or do not hold a value of {@code type}
     */
    public <T> @Nullable T as(TypeRef<T> type) {
        return cast(to(type.type()));
    }

    /**
     * Decodes the value as the codec's natural type: {@code Map}, {@code List}, {@code String}, a number, {@code
     * Boolean} or null.
     *
     * @throws CodecException if the bytes are malformed
     */
    public @Nullable Object value() {
        if (bytes != null) {
            return codec.decode(bytes, Object.class);
        }
        return isPresent() ? value : null;
    }

    /** Returns the encoded bytes as a read-only buffer. */
    public ByteBuffer bytes() {
        return frame().buffer();
    }

    /** Returns the encoded bytes as a UTF-8 string, which is the wire form of a text format such as JSON. */
    public String text() {
        return frame().utf8();
    }

    @Override
    public String toString() {
        return text();
    }

    /** Returns the encoded bytes. A payload that was created from a decoded value is encoded at each call. */
    public Frame frame() {
        if (bytes != null) {
            return bytes;
        }
        if (!isPresent()) {
            return Frame.empty();
        }
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        codec.encode(value, builder);
        return builder.build();
    }

    /**
     * Appends the value as {@code codec} encodes it: the received bytes as they are if their format is the same, otherwise the
     * decoded and encoded value. An absent value is encoded as null.
     *
     * @throws CodecException if the bytes are not a value of their format, or {@code codec} cannot encode the value
     */
    public void writeTo(Codec codec, FrameBuilder target) {
        if (bytes != null && isEncodedLike(codec)) {
            target.write(bytes);
        } else if (bytes != null) {
            this.codec.transcode(bytes, codec, target);
        } else {
            codec.encode(value(), target);
        }
    }

    private @Nullable Object to(Type type) {
        if (bytes != null) {
            return codec.decode(bytes, type);
        }
        if (!isPresent()) {
            return null;
        }
        return type instanceof Class<?> wanted && wanted.isInstance(value) ? value : codec.convert(value, type);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the codec decodes to this type
    private static <T> @Nullable T cast(@Nullable Object value) {
        return (T) value;
    }
}
