package io.heliograph.exchange;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import org.jspecify.annotations.Nullable;

/** Message published in a channel, shared by all subscribers. Immutable. */
public final class Publication {

    /** Size of a publication without data, in bytes of a queue's limit. */
    private static final int BASE_WEIGHT = 256;

    private final String channel;
    private final Position position;
    private final Payload data;
    private final @Nullable String publisher;
    private final @Nullable String traceContext;

    // Data in other formats, latest first. Written under the monitor, so that each form is converted once.
    private volatile @Nullable Converted converted;

    private record Converted(Payload payload, @Nullable Converted next) {}

    // Encoded forms, latest first. Written under the monitor, so that each form is encoded once.
    private volatile @Nullable Encoded encoded;

    private record Encoded(
            Encoding encoding, Frame frame, @Nullable Encoded next) {}

    Publication(String channel, Codec codec, Broker.Message message) {
        this(channel, codec, message.position(), message.data(), message.publisher(), message.traceContext());
    }

    Publication(
            String channel,
            Codec codec,
            Position position,
            @Nullable Frame bytes,
            @Nullable String publisher,
            @Nullable String traceContext) {
        this.channel = channel;
        this.position = position;
        this.data = bytes == null ? Payload.absent(codec) : Payload.of(codec, bytes);
        this.publisher = publisher;
        this.traceContext = traceContext;
    }

    public String channel() {
        return channel;
    }

    /** The position in the channel. */
    public Position position() {
        return position;
    }

    /** Whether the publication has data, which may be null. */
    public boolean hasData() {
        return data.isPresent();
    }

    /** The data in the codec of the exchange, as a payload that is not {@linkplain Payload#isPresent present} without data. */
    public Payload data() {
        return data;
    }

    /**
     * Returns the data in the format of a codec, converted at the first call and shared by all callers.
     *
     * @throws io.heliograph.codec.CodecException if the data cannot be converted
     */
    public Payload data(Codec codec) {
        if (!data.isPresent() || data.isEncodedLike(codec)) {
            return data;
        }
        Payload known = findData(codec);
        return known == null ? convert(codec) : known;
    }

    private synchronized Payload convert(Codec codec) {
        Payload payload = findData(codec);
        if (payload == null) {
            FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
            data.writeTo(codec, builder);
            payload = Payload.of(codec, builder.build());
            converted = new Converted(payload, converted);
        }
        return payload;
    }

    private @Nullable Payload findData(Codec codec) {
        for (Converted each = converted; each != null; each = each.next) {
            if (each.payload.isEncodedLike(codec)) {
                return each.payload;
            }
        }
        return null;
    }

    /** Id of the connection that published, if it is known and in this process; otherwise null. */
    public @Nullable String publisher() {
        return publisher;
    }

    /** W3C trace context of the publication; null for none. */
    public @Nullable String traceContext() {
        return traceContext;
    }

    /** Returns the bytes of this publication in a wire format, encoded at the first call and shared by all callers. */
    public Frame encoded(Encoding encoding) {
        Frame known = find(encoding);
        return known == null ? encode(encoding) : known;
    }

    private synchronized Frame encode(Encoding encoding) {
        Frame frame = find(encoding);
        if (frame == null) {
            frame = encoding.encode(this);
            encoded = new Encoded(encoding, frame, encoded);
        }
        return frame;
    }

    @SuppressWarnings("ReferenceEquality") // an encoding is a constant object
    private @Nullable Frame find(Encoding encoding) {
        for (Encoded each = encoded; each != null; each = each.next) {
            if (each.encoding == encoding) {
                return each.frame;
            }
        }
        return null;
    }

    /** Size in bytes of a queue's limit. */
    long weight() {
        return (long) BASE_WEIGHT + data.frame().length();
    }

    /** Returns channel and offset, without the data. */
    @Override
    public String toString() {
        return "Publication[" + channel + " " + position.offset() + "]";
    }
}
