package io.heliograph.ipc;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.frame.Framing;
import io.heliograph.internal.Printable;
import io.heliograph.scan.JsonEnvelope;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Wire format of the npm package: a JSON object with a topic and a message, followed by two zero bytes.
 *
 * <pre>
 * {"topic":"hello","message":"world"} 00 00
 * </pre>
 *
 * <p>JSON text contains no zero bytes, so a message never contains the delimiter.
 */
final class JsonWire implements Wire, Wire.Reader {

    private static final int TOPIC = 0;
    private static final int MESSAGE = 1;
    private static final int CACHE_SIZE = 64;
    private static final int MAX_CACHED_TOPIC = 128;
    private static final Framing FRAMING = Framing.delimiter(0, 0);
    private static final Frame NULL = Frame.utf8("null");
    private static final byte[] BEFORE_TOPIC = ascii("{\"topic\":");
    private static final byte[] BEFORE_MESSAGE = ascii(",\"message\":");
    private static final Pattern HEAD =
            Pattern.compile("\\s*\\{\\s*\"topic\"\\s*:\\s*\"([^\"\\\\]{1,128})\".*", Pattern.DOTALL);

    private final Codec codec;
    private final int maxMessageBytes;
    private final int maxDepth;
    private final BuilderPool builders;

    // Event loop only; all connections of an endpoint share one event loop.
    private final JsonEnvelope envelope;
    private final Payload nullMessage;

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

    JsonWire(Codec codec, int maxMessageBytes, int maxDepth) {
        this.codec = codec;
        this.maxMessageBytes = maxMessageBytes;
        this.maxDepth = maxDepth;
        this.builders = new BuilderPool(maxMessageBytes);
        this.envelope = newEnvelope();
        this.nullMessage = Payload.of(codec, NULL);
    }

    private JsonEnvelope newEnvelope() {
        return new JsonEnvelope(maxDepth, "topic", "message");
    }

    @Override
    public Framing framing() {
        return FRAMING;
    }

    @Override
    public Frame encode(String topic, @Nullable Object message, boolean present) {
        FrameBuilder builder = builders.take();
        try {
            builder.write(prefix(topic));
            if (present) {
                builder.write(BEFORE_MESSAGE);
                if (message instanceof Payload payload) {
                    payload.writeTo(codec, builder);
                } else {
                    codec.encode(message, builder);
                }
            }
            builder.write('}');
            if (builder.isOverLimit()) {
                throw Wire.tooLong(topic, builder.size(), maxMessageBytes);
            }
            Frame frame = builder.build();
            if (message instanceof Payload payload && payload.isEncodedLike(codec)) {
                // Relayed bytes are unverified.
                newEnvelope().scan(frame);
            }
            return frame;
        } finally {
            builders.give(builder);
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

    @Override
    public Reader reader() {
        return this;
    }

    @Override
    public void read(Frame frame, Sink sink) {
        String topic;
        Payload payload;
        try {
            envelope.scan(frame);
            topic = switch (envelope.kind(TOPIC)) {
                case STRING -> Wire.topicOrNone(envelope.string(TOPIC));
                case ABSENT, NULL -> NO_TOPIC;
                case NUMBER, BOOLEAN -> envelope.source(TOPIC);
                case ARRAY, OBJECT -> throw new CodecException("topic: an array or object (expected: a string)", null);
            };
            payload = envelope.has(MESSAGE) ? Payload.of(codec, envelope.value(MESSAGE)) : nullMessage;
        } finally {
            envelope.clear();
        }
        sink.message(topic, payload, frame.length());
    }

    @Override
    public String describe(Frame head) {
        Matcher found = HEAD.matcher(head.utf8());
        return found.matches() ? "a message with topic '" + Printable.of(found.group(1)) + "'" : "a message";
    }

    private static byte[] ascii(String string) {
        return string.getBytes(StandardCharsets.US_ASCII);
    }
}
