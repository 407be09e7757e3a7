package io.heliograph.ipc.spi;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of messages of the npm package, without the delimiter. Thread-safe.
 *
 * <pre>
 * {"topic":"hello","message":"world"}
 * </pre>
 */
public final class IpcFormat {

    private static final int CACHE_SIZE = 64;
    private static final int MAX_CACHED_TOPIC = 128;
    private static final byte[] BEFORE_TOPIC = ascii("{\"topic\":");
    private static final byte[] BEFORE_POSITION = ascii(",\"position\":\"");
    private static final byte[] BEFORE_MESSAGE = ascii(",\"message\":");

    private final Codec codec;
    private final BuilderPool builders = new BuilderPool(Integer.MAX_VALUE - 8);

    // Cache of encoded prefixes by topic hash; a new topic replaces the entry of its slot.
    private final AtomicReferenceArray<@Nullable Prefix> prefixes = new AtomicReferenceArray<>(CACHE_SIZE);

    private static final class Prefix {

        private final String topic;
        private final byte[] bytes;

        Prefix(String topic, byte[] bytes) {
            this.topic = topic;
            this.bytes = bytes;
        }
    }

    /** @param codec codec of the messages; its format must be {@code json} */
    public IpcFormat(Codec codec) {
        this.codec = codec;
    }

    /**
     * Builds the frame of a message, which any number of connections may share.
     *
     * @param topic the topic; not empty
     * @param payload the message, whose bytes must be well formed; copied verbatim if its format is JSON. An absent payload leaves the
     *     message out
     */
    public Frame frame(String topic, Payload payload) {
        return frame(topic, payload, null);
    }

    /**
     * Builds the frame of a message with a position, which npm clients ignore.
     *
     * @param position value of the member {@code position}, in ASCII without quotes; null for none
     */
    public Frame frame(String topic, Payload payload, @Nullable String position) {
        FrameBuilder builder = builders.take();
        try {
            open(topic, payload, payload.isPresent(), builder);
            if (position != null) {
                builder.write(BEFORE_POSITION);
                builder.writeAscii(position);
                builder.write('"');
            }
            builder.write('}');
            return builder.build();
        } finally {
            builders.give(builder);
        }
    }

    /**
     * Appends a message. Bytes of a payload are not validated.
     *
     * @param present whether a message is present
     */
    public void write(String topic, @Nullable Object message, boolean present, FrameBuilder builder) {
        open(topic, message, present, builder);
        builder.write('}');
    }

    private void open(String topic, @Nullable Object message, boolean present, FrameBuilder builder) {
        builder.write(prefix(topic));
        if (present) {
            builder.write(BEFORE_MESSAGE);
            if (message instanceof Payload payload) {
                payload.writeTo(codec, builder);
            } else {
                codec.encode(message, builder);
            }
        }
    }

    private byte[] prefix(String topic) {
        int slot = (topic.hashCode() * 0x9E3779B9) >>> 26;
        Prefix cached = prefixes.getAcquire(slot);
        if (cached != null && cached.topic.equals(topic)) {
            return cached.bytes;
        }
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        builder.write(BEFORE_TOPIC);
        codec.encode(topic, builder);
        byte[] bytes = builder.build().array();
        if (topic.length() <= MAX_CACHED_TOPIC) {
            prefixes.setRelease(slot, new Prefix(topic, bytes));
        }
        return bytes;
    }

    private static byte[] ascii(String string) {
        return string.getBytes(StandardCharsets.US_ASCII);
    }
}
