package io.heliograph.codec;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a message carries: encoded bytes that are decoded when somebody asks, as what they ask for.
 *
 * <p>Immutable, valid for as long as it is held, and usable from any thread. Nothing is remembered between two questions.
 */
@SuppressWarnings("ReferenceEquality") // of the mark of an absent value
public final class Payload {

    /** The value of one that is not there. */
    private static final Object ABSENT = new Object();

    private final Codec codec;
    private final @Nullable Frame bytes;
    private final @Nullable Object value;

    private Payload(Codec codec, @Nullable Frame bytes, @Nullable Object value) {
        this.codec = codec;
        this.bytes = bytes;
        this.value = value;
    }

    /** A payload that arrived as bytes. */
    public static Payload of(Codec codec, Frame bytes) {
        return new Payload(codec, bytes, null);
    }

    /** A payload that somebody else has decoded, as a custom transcoder does. */
    public static Payload ofValue(Codec codec, @Nullable Object value) {
        return new Payload(codec, null, value);
    }

    /**
     * The payload of a message that has none, where that is not the same as null: it reads as null, has no bytes, and is not
     * {@link #isPresent}.
     */
    public static Payload absent(Codec codec) {
        return new Payload(codec, null, ABSENT);
    }

    /** Whether there is a value, be it null. */
    @SuppressWarnings("ReferenceEquality") // the very object
    public boolean isPresent() {
        return value != ABSENT;
    }

    /** How many bytes it came in; 0 if somebody else has decoded it, or if it is absent. */
    public int size() {
        return bytes == null ? 0 : bytes.length();
    }

    /** What the bytes are encoded with. */
    public Codec codec() {
        return codec;
    }

    /** Whether its bytes are of the format of {@code other}, so that they can be passed on as they are. */
    public boolean isEncodedLike(Codec other) {
        return codec == other || codec.format().equals(other.format());
    }

    /**
     * The value as a {@code T}.
     *
     * @throws CodecException if it is none
     */
    public <T> @Nullable T as(Class<T> type) {
        return cast(to(type));
    }

    /**
     * The value as a {@code T}.
     *
     * @throws CodecException if it is none
     */
    public <T> @Nullable T as(TypeRef<T> type) {
        return cast(to(type.type()));
    }

    /**
     * The value as the codec reads it by itself: {@code Map}, {@code List}, {@code String}, a number, {@code Boolean} or null.
     *
     * @throws CodecException if the bytes hold no value
     */
    public @Nullable Object value() {
        if (bytes != null) {
            return codec.decode(bytes, Object.class);
        }
        return isPresent() ? value : null;
    }

    /** The encoded bytes, read-only. */
    public ByteBuffer bytes() {
        return frame().buffer();
    }

    /** The encoded bytes as text, as they are on the wire of a text format. */
    public String text() {
        return frame().utf8();
    }

    @Override
    public String toString() {
        return text();
    }

    /** The encoded bytes; made anew at each call if somebody else has decoded it. */
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

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the codec was asked for this type
    private static <T> @Nullable T cast(@Nullable Object value) {
        return (T) value;
    }
}
