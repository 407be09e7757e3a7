package io.heliograph.realtime.packet;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of packets and packets of messages.
 *
 * <p>Usable from any thread; a {@link Reader} is for one at a time. What cannot be encoded throws {@link
 * InvalidMessageException}, and there is no message then.
 */
@SuppressWarnings("ReferenceEquality") // ABSENT and codecs are the very objects
public abstract class PacketCodec {

    /** In place of data: there is none, which is not the same as null. */
    public static final Object ABSENT = new Object() {
        @Override
        public String toString() {
            return "absent";
        }
    };

    private static final int MAX_FRAME = Integer.MAX_VALUE - 8;

    private final Codec codec;
    private final BuilderPool builders = new BuilderPool(MAX_FRAME);
    public final Payload absent;

    PacketCodec(Codec codec) {
        this.codec = codec;
        this.absent = Payload.absent(codec);
    }

    /**
     * @param maxDepth how deep a message may be nested, the packet and the array of a batch included
     * @param server whose order of members is written: that of a server, or that of a client
     */
    public static PacketCodec of(RealtimeCodec codec, int maxDepth, boolean server) {
        if (codec == BuiltInCodec.JSON) {
            return new JsonPackets(maxDepth, server);
        }
        return codec == BuiltInCodec.MIN_BIN ? new MinBinPackets(maxDepth) : new CustomPackets(codec);
    }

    public static PacketCodec of(RealtimeCodec codec, int maxDepth) {
        return of(codec, maxDepth, false);
    }

    /** The codec of the payloads. */
    public final Codec codec() {
        return codec;
    }

    public abstract Reader reader();

    /** Reads messages, and the data of the protocol's own packets. For one thread at a time. */
    public interface Reader {

        /**
         * Gives the packets of a message to {@code sink}, in order.
         *
         * @throws InvalidMessageException if it cannot be decoded, which does not happen to JSON: that is raw then
         */
        void read(Frame message, Sink sink);

        /** A member of an object; absent if there is none, or if {@code object} is none. */
        Payload member(Payload object, Field field);

        /** A member of an object that is a string; null if there is none or it is anything else. */
        @Nullable
        String string(Payload object, Field field);
    }

    /** What is there, of the protocol's own; null also for what cannot be read, such as a number of a million digits. */
    public static @Nullable Object value(Payload payload) {
        try {
            return payload.value();
        } catch (CodecException unreadable) {
            return null;
        }
    }

    /** What the data of the protocol's own packets consists of. */
    public enum Field {
        CHANNEL("channel"),
        DATA("data"),
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

    /** Takes packets; what answers false is given no more of this message. */
    public interface Sink {

        /**
         * An event or a request.
         *
         * @param cid the number as it stands in the text, null for an event
         * @param data absent if there is none
         */
        public boolean event(String event, @Nullable String cid, Payload data);

        /** The response to a call. Data and error are absent if there is none. */
        public boolean response(String rid, Payload data, Payload error);

        /** Something that is no packet: the message, or an element of its batch. */
        boolean raw();
    }

    /**
     * An event, or a request if it has a {@code cid}.
     *
     * @param cid a JSON number
     * @param data any value, a payload, or {@link #ABSENT}
     */
    public abstract Frame event(String event, @Nullable String cid, @Nullable Object data);

    /**
     * A response.
     *
     * @param data any value, a payload, or {@link #ABSENT}
     */
    public abstract Frame response(String rid, @Nullable Object data);

    /**
     * The response of a request that failed.
     *
     * @param error a throwable, of which is told what {@link WireErrors} says; any other value as it is; or {@link #ABSENT}
     */
    public abstract Frame failure(String rid, @Nullable Object error);

    /** What a server sends to the subscribers of a channel; without data if that is absent. */
    public abstract Frame publication(String channel, Payload data);

    /** One message of packets that were made by the methods above. */
    public abstract Frame batch(List<Frame> packets);

    /** A value, as a payload of this codec, encoded now. */
    public Payload payload(@Nullable Object value) {
        if (value == ABSENT) {
            return absent;
        }
        if (value instanceof Payload payload && (payload.isEncodedLike(codec) || !payload.isPresent())) {
            return payload;
        }
        return Payload.of(codec, build(builder -> write(value, builder)));
    }

    interface Writing {
        void to(FrameBuilder builder);
    }

    /** A frame of what {@code writing} writes. */
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

    /** Data as it goes into a map that is to be encoded: a payload that can stay as it came does. */
    public final @Nullable Object nested(@Nullable Object data) {
        return data instanceof Payload payload
                        && !(payload.codec().format().equals("json")
                                && codec.format().equals("json"))
                ? payload.value()
                : data;
    }

    /** Whether it stands for no data. */
    public static boolean isAbsent(@Nullable Object data) {
        return data == ABSENT || (data instanceof Payload payload && !payload.isPresent());
    }

    /** Appends data that is not absent. */
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
