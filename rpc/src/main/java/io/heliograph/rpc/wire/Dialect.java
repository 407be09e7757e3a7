package io.heliograph.rpc.wire;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.scan.ValueFormat;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes protocol messages in one encoding. Thread-safe. */
public abstract sealed class Dialect permits JsonDialect, MsgpackDialect {

    private final Codec codec;
    private final ValueFormat format;
    private final int maxMessageBytes;
    private final BuilderPool builders;
    final int maxDepth;

    Dialect(Codec codec, ValueFormat format, int maxDepth, int maxMessageBytes) {
        this.codec = codec;
        this.format = format;
        this.maxDepth = maxDepth;
        this.maxMessageBytes = maxMessageBytes;
        this.builders = new BuilderPool(maxMessageBytes);
    }

    public final Codec codec() {
        return codec;
    }

    /** True for JSON-RPC, whose messages are text and carry {@code "jsonrpc":"2.0"}; false for MessagePack. */
    public abstract boolean isJson();

    /** Returns a payload of this codec; absent for null. */
    public final Payload payload(@Nullable Frame bytes) {
        return bytes == null ? Payload.absent(codec) : Payload.of(codec, bytes);
    }

    // ---- reading

    /** Creates a reader for objects with the given members. */
    public abstract Envelope envelope(String... names);

    public final boolean isArray(Frame value) {
        return format.isArray(value);
    }

    public final boolean isObject(Frame value) {
        return format.isObject(value);
    }

    public final boolean isString(Frame value) {
        return format.isString(value);
    }

    public final boolean isNull(Frame value) {
        return format.isNull(value);
    }

    /** Returns whether JavaScript converts the value to {@code false}. */
    public abstract boolean isFalsy(Frame value);

    /**
     * Returns the elements of an array.
     *
     * @throws CodecException if the value is not an array, or has more than {@code max} elements
     */
    public List<Frame> elements(Frame array, int max) {
        return format.elements(array, max);
    }

    /**
     * Decodes a value, without the codec if the value is a plain scalar.
     *
     * @throws CodecException if the value cannot be decoded as the type
     */
    public final @Nullable Object decode(Frame value, Type type) {
        return format.decode(codec, value, type);
    }

    // ---- writing

    /**
     * Builds a message.
     *
     * @throws CodecException if a value cannot be encoded, or the message exceeds the limit
     */
    final Frame message(Consumer<FrameBuilder> content) {
        FrameBuilder builder = builders.take();
        try {
            content.accept(builder);
            if (builder.isOverLimit()) {
                throw new CodecException(
                        "message of " + builder.size() + " bytes (expected: at most " + maxMessageBytes + ")", null);
            }
            Frame message = builder.build();
            return isJson() ? message.asText() : message;
        } finally {
            builders.give(builder);
        }
    }

    public final Frame encode(@Nullable Object value) {
        return message(target -> codec.encode(value, target));
    }

    /**
     * Builds a response.
     *
     * @param version whether the response carries {@code "jsonrpc":"2.0"}
     * @param key {@code result} or {@code error}
     * @param id written as it was received; null to write a null
     */
    public abstract Frame response(boolean version, String key, @Nullable Object value, @Nullable Frame id);

    /** Builds a request, or a notification if {@code id} is null. */
    public abstract Frame request(String method, boolean hasParams, @Nullable Object params, @Nullable Object id);

    /**
     * Builds the response to a subscription that asks for positions.
     *
     * @param recoveries the positions by event
     */
    public abstract Frame recovered(
            boolean version, Object statuses, Map<String, Object> recoveries, @Nullable Frame id);

    /** Builds an event message. */
    public abstract Frame event(String name, Frame params);

    /**
     * Appends an event message with at most one parameter.
     *
     * @param data absent for no parameter
     * @param position null for none
     */
    public abstract void writeEvent(String name, Payload data, @Nullable String position, FrameBuilder target);

    public final Frame array(List<Frame> elements) {
        return message(target -> format.array(elements, target));
    }
}
