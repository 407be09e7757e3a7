package io.heliograph.codec.json;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * JSON with binary as objects. Its name is {@code json-base64}; in all other respects it equals {@link JsonCodec}.
 *
 * <pre>
 * {"base64":true,"data":"aGVsbG8="}
 * </pre>
 *
 * <p>A {@code byte[]} and the remaining bytes of a {@code ByteBuffer} are written in this form. Both types are read from this form and from a
 * Base64 string; read as {@code Object}, the form is a {@code Map}; {@link #transcode} restores the bytes. An {@code Instant} has at least milliseconds, as a JavaScript date.
 */
public final class Base64ObjectJsonCodec implements Codec {

    private static final DateTimeFormatter MILLISECONDS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private static final byte[] MARK = "base64".getBytes(StandardCharsets.US_ASCII);

    private final JsonCodec json = new JsonCodec(
            "json-base64",
            new SimpleModule()
                    .addSerializer(byte[].class, new BytesWriter())
                    .addSerializer(ByteBuffer.class, new BufferWriter())
                    .addSerializer(Instant.class, new InstantWriter())
                    .addDeserializer(byte[].class, new BytesReader())
                    .addDeserializer(ByteBuffer.class, new BufferReader()));

    public Base64ObjectJsonCodec() {}

    @Override
    public String name() {
        return json.name();
    }

    @Override
    public String format() {
        return "json";
    }

    @Override
    public void encode(@Nullable Object value, FrameBuilder target) {
        json.encode(value, target);
    }

    @Override
    public @Nullable Object decode(Frame bytes, Type type) {
        return json.decode(bytes, type);
    }

    @Override
    public @Nullable Object convert(@Nullable Object value, Type type) {
        return json.convert(value, type);
    }

    /** {@inheritDoc} Binary objects are encoded as bytes. */
    @Override
    public void transcode(Frame bytes, Codec target, FrameBuilder builder) {
        Object value = decode(bytes, Object.class);
        target.encode(target.format().equals(format()) || !mayHaveBinary(bytes) ? value : binary(value), builder);
    }

    /** Returns whether the name of the first member of a binary object occurs. */
    private static boolean mayHaveBinary(Frame json) {
        for (int i = json.length() - MARK.length; i >= 0; i--) {
            if (Arrays.equals(json.array(), json.offset() + i, json.offset() + i + MARK.length, MARK, 0, MARK.length)) {
                return true;
            }
        }
        return false;
    }

    /** Replaces the binary objects of a decoded value by their bytes. An object with invalid Base64 is no binary object. */
    private static @Nullable Object binary(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> members -> binary(members);
            case List<?> elements -> {
                List<@Nullable Object> copy = new ArrayList<>(elements.size());
                elements.forEach(element -> copy.add(binary(element)));
                yield copy;
            }
            case null, default -> value;
        };
    }

    private static Object binary(Map<?, ?> members) {
        if (members.size() == 2
                && Boolean.TRUE.equals(members.get("base64"))
                && members.get("data") instanceof String text) {
            try {
                return Base64.getDecoder().decode(text);
            } catch (IllegalArgumentException invalid) {
                return members;
            }
        }
        Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
        members.forEach((name, member) -> copy.put(name, binary(member)));
        return copy;
    }

    private static void write(byte[] bytes, int from, int length, JsonGenerator generator) {
        generator.writeStartObject();
        generator.writeBooleanProperty("base64", true);
        generator.writeName("data");
        generator.writeBinary(bytes, from, length);
        generator.writeEndObject();
    }

    private static final class BytesWriter extends ValueSerializer<byte[]> {

        @Override
        public void serialize(byte[] bytes, JsonGenerator generator, SerializationContext context) {
            write(bytes, 0, bytes.length, generator);
        }
    }

    private static final class BufferWriter extends ValueSerializer<ByteBuffer> {

        @Override
        public void serialize(ByteBuffer buffer, JsonGenerator generator, SerializationContext context) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            write(bytes, 0, bytes.length, generator);
        }
    }

    private static final class InstantWriter extends ValueSerializer<Instant> {

        @Override
        public void serialize(Instant instant, JsonGenerator generator, SerializationContext context) {
            generator.writeString(
                    instant.equals(instant.truncatedTo(ChronoUnit.MILLIS))
                            ? MILLISECONDS.format(instant)
                            : instant.toString());
        }
    }

    private static byte[] read(JsonParser parser, DeserializationContext context) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return parser.getBinaryValue();
        }
        byte[] bytes = null;
        boolean base64 = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("data") && value == JsonToken.VALUE_STRING) {
                bytes = parser.getBinaryValue();
            } else if (name.equals("base64")) {
                base64 = value == JsonToken.VALUE_TRUE;
                parser.skipChildren();
            } else {
                parser.skipChildren();
            }
        }
        if (!base64 || bytes == null) {
            return context.reportInputMismatch(byte[].class, "an object (expected: the members base64: true and data)");
        }
        return bytes;
    }

    private static final class BytesReader extends ValueDeserializer<byte[]> {

        @Override
        public byte[] deserialize(JsonParser parser, DeserializationContext context) {
            return read(parser, context);
        }
    }

    private static final class BufferReader extends ValueDeserializer<ByteBuffer> {

        @Override
        public ByteBuffer deserialize(JsonParser parser, DeserializationContext context) {
            return ByteBuffer.wrap(read(parser, context));
        }
    }
}
