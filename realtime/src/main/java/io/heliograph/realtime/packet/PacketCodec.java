package io.heliograph.realtime.packet;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encoder and decoder of packets.
 *
 * <p>Thread-safe, except for a {@link Reader}. Encoding throws {@link InvalidMessageException} if a value cannot be encoded.
 */
@SuppressWarnings("ReferenceEquality") // ABSENT and the built-in codecs are compared by identity
public abstract class PacketCodec {

    /** Marker for absent data, which differs from null. */
    public static final Object ABSENT = new Object() {
        @Override
        public String toString() {
            return "absent";
        }
    };

    /** Maximum length of a message without a limit. */
    private static final int UNLIMITED = Integer.MAX_VALUE - 8;

    private final Codec codec;
    private final int maxBytes;
    private final BuilderPool builders;
    public final Payload absent;

    /**
     * @param maxBytes maximum length of an encoded message
     */
    PacketCodec(Codec codec, int maxBytes) {
        this.codec = codec;
        this.maxBytes = maxBytes;
        this.builders = new BuilderPool(maxBytes);
        this.absent = Payload.absent(codec);
    }

    /**
     * Returns the packet codec of a codec.
     *
     * @param maxDepth maximum nesting of a message, including the packet and the array of a batch
     * @param server true to write members in the order of a server, false for the order of a client
     */
    public static PacketCodec of(RealtimeCodec codec, int maxDepth, boolean server) {
        return of(codec, maxDepth, server, UNLIMITED);
    }

    /**
     * Returns the packet codec of a codec.
     *
     * @param maxDepth maximum nesting of a message, including the packet and the array of a batch
     * @param server true to write members in the order of a server, false for the order of a client
     * @param maxBytes maximum length of an encoded message; a longer one cannot be encoded
     */
    public static PacketCodec of(RealtimeCodec codec, int maxDepth, boolean server, int maxBytes) {
        if (codec == BuiltInCodec.JSON) {
            return new JsonPackets(maxDepth, server, maxBytes);
        }
        return codec == BuiltInCodec.MIN_BIN
                ? new MinBinPackets(maxDepth, maxBytes)
                : new CustomPackets(codec, maxBytes);
    }

    public static PacketCodec of(RealtimeCodec codec, int maxDepth) {
        return of(codec, maxDepth, false);
    }

    /** Returns the codec of the payloads. */
    public final Codec codec() {
        return codec;
    }

    /** Returns the maximum length of an encoded message. */
    public final int maxBytes() {
        return maxBytes;
    }

    public abstract Reader reader();

    /** Reader of messages, and of the data of the protocol's own packets. Not thread-safe. */
    public interface Reader {

        /**
         * Passes the packets of a message to {@code sink}, in order.
         *
         * @throws InvalidMessageException if the message cannot be decoded; malformed JSON is a raw message instead
         */
        void read(Frame message, Sink sink);

        /** Returns a member of an object; absent if the member is missing or {@code object} is not an object. */
        Payload member(Payload object, Field field);

        /** Returns a string member of an object; null if the member is missing or not a string. */
        @Nullable
        String string(Payload object, Field field);
    }

    /** Returns the value of a payload; null also if the value cannot be decoded, such as a number of a million digits. */
    public static @Nullable Object value(Payload payload) {
        try {
            return payload.value();
        } catch (CodecException e) {
            return null;
        }
    }

    /** Members of the data of the protocol's own packets. */
    public enum Field {
        CHANNEL("channel"),
        DATA("data"),
        POSITION("position"),
        SINCE("since"),
        RECOVERED("recovered"),
        REASON("reason"),
        WAIT_FOR_AUTH("waitForAuth"),
        AUTH_TOKEN("authToken"),
        TOKEN("token"),
        MESSAGE("message"),
        ID("id"),
        PING_TIMEOUT("pingTimeout"),
        IS_AUTHENTICATED("isAuthenticated"),
        AUTH_ERROR("authError");

        final String wireName;

        Field(String wireName) {
            this.wireName = wireName;
        }
    }

    /** Receiver of packets. A method that returns false stops the reading of the message. */
    public interface Sink {

        /**
         * An event or a request.
         *
         * @param cid the number in its form on the wire, null for an event
         * @param data the data, possibly absent
         */
        public boolean event(String event, @Nullable String cid, Payload data);

        /** A response, with data or an error; either may be absent. */
        public boolean response(String rid, Payload data, Payload error);

        /** A message, or an element of a batch, that is not a packet. */
        boolean raw();
    }

    /**
     * Encodes an event, or a request if {@code cid} is not null.
     *
     * @param cid a JSON number
     * @param data any value, a payload, or {@link #ABSENT}
     */
    public abstract Frame event(String event, @Nullable String cid, @Nullable Object data);

    /**
     * Encodes a response.
     *
     * @param data any value, a payload, or {@link #ABSENT}
     */
    public abstract Frame response(String rid, @Nullable Object data);

    /**
     * Encodes the response of a failed request.
     *
     * @param error a throwable, encoded by {@link WireErrors}; any other value; or {@link #ABSENT}
     */
    public abstract Frame failure(String rid, @Nullable Object error);

    /**
     * Encodes the response of a request whose value or error cannot be encoded. Returns null if the application's codec cannot encode
     * this one either.
     */
    public final @Nullable Frame neutralFailure(String rid) {
        try {
            return failure(rid, RealtimeException.of("Error", WireErrors.NEUTRAL));
        } catch (InvalidMessageException e) {
            return null;
        }
    }

    /** Encodes a publication for the subscribers of a channel, without data if the data is absent. */
    public abstract Frame publication(String channel, Payload data);

    /** Encodes a publication with its position, for the subscribers of a channel that asked for positions. */
    public abstract Frame publication(String channel, Payload data, String position);

    /**
     * Encodes a request to publish with an id, by which the server detects a repetition.
     *
     * @param channel name on the wire
     * @param publisher publisher of the id, in ASCII without quotes
     * @param sequence number of the id
     * @param cid number of the request
     */
    public abstract Frame publishRequest(String channel, Payload data, String publisher, long sequence, String cid);

    /** Joins encoded packets into one message. */
    public abstract Frame batch(List<Frame> packets);

    /** Encodes a value as a payload of this codec. */
    public Payload payload(@Nullable Object value) {
        if (value == ABSENT) {
            return absent;
        }
        if (value instanceof Payload payload && (payload.isEncodedLike(codec) || !payload.isPresent())) {
            return payload;
        }
        return Payload.of(codec, build(builder -> write(value, builder)));
    }

    /** Writer of the content of a frame. */
    interface Writing {
        void to(FrameBuilder builder);
    }

    /** Builds a frame with {@code writing}. */
    final Frame build(Writing writing) {
        FrameBuilder builder = builders.take();
        try {
            writing.to(builder);
            return builder.build();
        } catch (InvalidMessageException e) {
            throw e;
        } catch (CodecException | IllegalStateException e) {
            throw new InvalidMessageException("cannot encode: " + e.getMessage(), e);
        } finally {
            builders.give(builder);
        }
    }

    /**
     * Prepares data for a map that this codec encodes later. A JSON codec receives JSON payloads unchanged; all other
     * payloads are decoded.
     */
    public final @Nullable Object nested(@Nullable Object data) {
        return data instanceof Payload payload
                        && !(payload.codec().format().equals("json")
                                && codec.format().equals("json"))
                ? payload.value()
                : data;
    }

    /** Returns true for absent data. */
    public static boolean isAbsent(@Nullable Object data) {
        return data == ABSENT || (data instanceof Payload payload && !payload.isPresent());
    }

    /** Appends data, which must not be absent. */
    final void write(@Nullable Object data, FrameBuilder builder) {
        if (!(data instanceof Payload payload)) {
            codec.encode(data, builder);
        } else if (payload.isEncodedLike(codec)) {
            builder.write(payload.frame());
        } else {
            codec.encode(payload.value(), builder);
        }
    }
}
