package io.heliograph.ipc;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.frame.Framing;
import io.heliograph.internal.Printable;
import io.heliograph.ipc.spi.IpcFormat;
import io.heliograph.scan.JsonEnvelope;
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
    private static final Framing FRAMING = Framing.delimiter(0, 0);
    private static final Frame NULL = Frame.utf8("null");
    private static final Pattern HEAD =
            Pattern.compile("\\s*\\{\\s*\"topic\"\\s*:\\s*\"([^\"\\\\]{1,128})\".*", Pattern.DOTALL);

    private final Codec codec;
    private final IpcFormat format;
    private final int maxMessageBytes;
    private final int maxDepth;
    private final BuilderPool builders;

    // Event loop only; all connections of an endpoint share one event loop.
    private final JsonEnvelope envelope;
    private final Payload noMessage;

    /** @param passesAbsence whether the payload of a message that is missing is absent; otherwise it is null */
    JsonWire(Codec codec, int maxMessageBytes, int maxDepth, boolean passesAbsence) {
        this.codec = codec;
        this.format = new IpcFormat(codec);
        this.maxMessageBytes = maxMessageBytes;
        this.maxDepth = maxDepth;
        this.builders = new BuilderPool(maxMessageBytes);
        this.envelope = newEnvelope();
        this.noMessage = passesAbsence ? Payload.absent(codec) : Payload.ofWellFormed(codec, NULL);
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
            format.write(topic, message, present, builder);
            if (builder.isOverLimit()) {
                throw Wire.tooLong(topic, builder.size(), maxMessageBytes);
            }
            Frame frame = builder.build();
            if (message instanceof Payload payload && payload.isEncodedLike(codec) && !payload.isWellFormed()) {
                newEnvelope().scan(frame);
            }
            return frame;
        } finally {
            builders.give(builder);
        }
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
            payload = envelope.has(MESSAGE) ? Payload.ofWellFormed(codec, envelope.value(MESSAGE)) : noMessage;
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
}
