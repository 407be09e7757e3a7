package io.heliograph.exchange;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import org.jspecify.annotations.Nullable;

/** What was published in a channel. Immutable, shared by all subscribers, and usable from any thread. */
public final class Publication {

    /** What a publication without data weighs in a queue, in bytes. */
    private static final int BASE_WEIGHT = 256;

    private final String channel;
    private final Position position;
    private final Payload data;

    // What was encoded, latest first; written under the monitor, which guards that each is made
    // once.
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

    /** Where it is in its channel. */
    public Position position() {
        return position;
    }

    /** Whether it has data; {@code null} is data too. */
    public boolean hasData() {
        return data.isPresent();
    }

    /** The data, in the codec of the exchange; one that is not {@linkplain Payload#isPresent present} if there is none. */
    public Payload data() {
        return data;
    }

    /** The bytes of this publication in a wire format, made when first asked for and then the same for all. */
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

    @SuppressWarnings("ReferenceEquality") // an encoding is one object, as it promises
    private @Nullable Frame find(Encoding encoding) {
        for (Encoded each = encoded; each != null; each = each.next) {
            if (each.encoding == encoding) {
                return each.frame;
            }
        }
        return null;
    }

    /** How much of a queue's limit it takes. */
    long weight() {
        return (long) BASE_WEIGHT + data.frame().length();
    }

    /** Its place; what it carries does not belong into a log. */
    @Override
    public String toString() {
        return "Publication[" + channel + " " + position.offset() + "]";
    }
}
