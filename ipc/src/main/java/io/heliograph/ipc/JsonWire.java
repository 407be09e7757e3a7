package io.heliograph.ipc;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.BuilderPool;
import io.heliograph.frame.Delimiter;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.frame.Framing;
import io.heliograph.scan.JsonEnvelope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The format of the npm package: a JSON object with a topic and a message, then two zero bytes.
 *
 * <pre>
 * {"topic":"hello","message":"world"} 00 00
 * </pre>
 *
 * <p>JSON has no zero bytes, so that nothing in a message can look like the delimiter.
 */
final class JsonWire implements Wire, Wire.Reader {

    private static final int TOPIC = 0;
    private static final int MESSAGE = 1;
    private static final int PREFIXES = 64;
    private static final int LONGEST_KEPT_TOPIC = 128;
    private static final Framing FRAMING = Delimiter.of(0, 0);
    private static final Frame NULL = Frame.utf8("null");
    private static final byte[] BEFORE_TOPIC = ascii("{\"topic\":");
    private static final byte[] BEFORE_MESSAGE = ascii(",\"message\":");
    private static final Pattern HEAD =
            Pattern.compile("\\s*\\{\\s*\"topic\"\\s*:\\s*\"([^\"\\\\]{1,128})\".*", Pattern.DOTALL);

    private final Codec codec;
    private final int maxMessageBytes;
    private final int maxDepth;
    private final BuilderPool builders;

    // The event loop's own; all connections of an endpoint are on one loop.
    private final JsonEnvelope envelope;
    private final Payload nothing;

    // What stands before the message, for topics sent lately: one for each place, whichever came
    // last.
    private final AtomicReferenceArray<@Nullable Prefix> prefixes = new AtomicReferenceArray<>(PREFIXES);

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
        this.nothing = Payload.of(codec, NULL);
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
                    write(payload.bytes(), builder);
                } else {
                    codec.encode(message, builder);
                }
            }
            builder.write('}');
            if (builder.isOverLimit()) {
                throw Wire.tooLong(topic, builder.size(), maxMessageBytes);
            }
            Frame frame = builder.build();
            if (message instanceof Payload) {
                // Bytes from elsewhere, which may be anything.
                newEnvelope().scan(frame);
            }
            return frame;
        } finally {
            builders.give(builder);
        }
    }

    private static void write(ByteBuffer bytes, FrameBuilder target) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        target.write(copy);
    }

    private byte[] prefix(String topic) {
        int place = (topic.hashCode() * 0x9E3779B9) >>> 26;
        Prefix known = prefixes.getAcquire(place);
        if (known != null && known.topic.equals(topic)) {
            return known.bytes;
        }
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        builder.write(BEFORE_TOPIC);
        codec.encode(topic, builder);
        byte[] bytes = builder.build().array();
        if (topic.length() <= LONGEST_KEPT_TOPIC) {
            prefixes.setRelease(place, new Prefix(topic, bytes));
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
                case NUMBER, BOOLEAN -> envelope.text(TOPIC);
                case ARRAY, OBJECT ->
                    throw new CodecException("a topic that is an array or object (expected: a string)", null);
            };
            payload = envelope.has(MESSAGE) ? Payload.of(codec, envelope.value(MESSAGE)) : nothing;
        } finally {
            envelope.clear();
        }
        sink.message(topic, payload, frame.length());
    }

    @Override
    public String describe(Frame head) {
        Matcher found = HEAD.matcher(head.utf8());
        return found.matches() ? "a message with topic '" + found.group(1) + "'" : "a message";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
