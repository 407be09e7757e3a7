package io.heliograph.exchange;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import org.jspecify.annotations.Nullable;

/** Message published in a channel, shared by all subscribers. Immutable. */
public final class Publication {

    /** Size of a publication without data, in bytes of a queue's limit. */
    private static final int BASE_WEIGHT = 256;

    private final String channel;
    private final Position position;
    private final Payload data;

    // Encoded forms, latest first. Written under the monitor, so that each form is encoded once.
    private volatile @Nullable Encoded encoded;

    private record Encoded(
            Encoding encoding, Frame frame, @Nullable Encoded next) {}

    Publication(String channel, Position position, Codec codec, @Nullable Frame bytes) {
        this.channel = channel;
        this.position = position;
        this.data = bytes == null ? Payload.absent(codec) : Payload.of(codec, bytes);
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
