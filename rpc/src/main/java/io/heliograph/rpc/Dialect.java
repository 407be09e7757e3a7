package io.heliograph.rpc;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How messages look in one codec: what is read in their bytes, and how they are written. Usable from any thread. */
abstract sealed class Dialect permits JsonDialect, MsgpackDialect {

    final Codec codec;
    final int maxDepth;
    private final int maxMessageBytes;
    private final BuilderPool builders;

    Dialect(Codec codec, int maxDepth, int maxMessageBytes) {
        this.codec = codec;
        this.maxDepth = maxDepth;
        this.maxMessageBytes = maxMessageBytes;
        this.builders = new BuilderPool(maxMessageBytes);
    }

    // ---- reading

    /** A new reader of objects with these members. */
    abstract Members members(String... names);

    abstract boolean isArray(Frame value);

    abstract boolean isObject(Frame value);

    abstract boolean isString(Frame value);

    abstract boolean isNull(Frame value);

    /** Whether JavaScript takes it for false. */
    abstract boolean isFalsy(Frame value);

    /**
     * The elements of an array.
     *
     * @throws CodecException if it is none, or has more than {@code max} of them
     */
    abstract List<Frame> elements(Frame array, int max);

    /** Whether a request has to say {@code "jsonrpc":"2.0"}. */
    abstract boolean wantsVersion();

    /** An id as it is to be sent back. */
    abstract Frame echo(Frame id);

    // ---- writing

    /** What writes into a builder. */
    @FunctionalInterface
    interface Content {
        void write(FrameBuilder target);
    }

    /**
     * A whole message.
     *
     * @throws CodecException if a part of it cannot be written, or all of it is too long
     */
    final Frame message(Content content) {
        FrameBuilder builder = builders.take();
        try {
            content.write(builder);
            if (builder.isOverLimit()) {
                throw new CodecException(
                        "a message of " + builder.size() + " bytes (expected: at most " + maxMessageBytes + ")", null);
            }
            return mark(builder.build());
        } finally {
            builders.give(builder);
        }
    }

    /** Marks what is sent as text if it is. */
    abstract Frame mark(Frame message);

    /**
     * A value as the codec reads it.
     *
     * @throws CodecException if it is none of this type
     */
    final @Nullable Object decode(Frame value, Type type) {
        Object scalar = type instanceof Class<?> plain ? scalar(value, plain) : null;
        return scalar == null ? codec.decode(value, type) : scalar;
    }

    /** A plain number, truth value or text, read without the codec; null if it is not as plain as that. */
    abstract @Nullable Object scalar(Frame value, Class<?> type);

    final Frame encode(@Nullable Object value) {
        return message(target -> codec.encode(value, target));
    }

    /**
     * A response.
     *
     * @param version whether it says {@code "jsonrpc":"2.0"}
     * @param key {@code result} or {@code error}
     * @param id null for a null
     */
    abstract Frame response(boolean version, String key, @Nullable Object value, @Nullable Frame id);

    /** A request, or without {@code id} a notification. */
    abstract Frame request(String method, boolean hasParams, @Nullable Object params, @Nullable Object id);

    /** What subscribers of an event get. */
    abstract Frame event(String name, Frame params);

    abstract Frame array(List<Frame> elements);

    /**
     * An object of these members; as many as there are of both.
     *
     * @param names the names, encoded
     */
    abstract Frame object(List<Frame> names, List<Frame> values);
}
