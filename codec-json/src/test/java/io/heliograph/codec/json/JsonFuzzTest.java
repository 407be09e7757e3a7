package io.heliograph.codec.json;

import static io.heliograph.codec.json.Samples.CODEC;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.TypeRef;
import io.heliograph.codec.json.Samples.Item;
import io.heliograph.codec.json.Samples.Order;
import io.heliograph.frame.Frame;
import io.heliograph.scan.JsonEnvelope;
import io.heliograph.scan.JsonEnvelope.Kind;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fuzz test of reading: a regression test over the inputs in the resources, and a fuzzer with JAZZER_FUZZ=1. */
class JsonFuzzTest {

    private static final List<Type> TYPES = List.of(
            Object.class,
            String.class,
            int.class,
            byte[].class,
            Order.class,
            new TypeRef<List<Item>>() {}.type(),
            new TypeRef<Map<String, Double>>() {}.type());

    private static final Pattern OFFSET = Pattern.compile("not JSON at byte (\\d+): .*");

    /** A single target, because Jazzer runs one per process and both rules concern the same bytes. */
    @FuzzTest(maxDuration = "30s")
    void anyBytes(byte[] bytes) {
        envelopeAgreesWithJackson(bytes);
        readingFailsWithCodecExceptionOnly(bytes);
    }

    private static void envelopeAgreesWithJackson(byte[] bytes) {
        Frame frame = within(bytes);
        JsonEnvelope envelope = new JsonEnvelope(JsonCodec.MAX_DEPTH, "topic", "message");
        String rejection = rejection(envelope, frame);
        Object value;
        try {
            value = CODEC.decode(frame, Object.class);
        } catch (CodecException e) {
            check(rejection != null || isJacksonOnly(e, bytes), "accepted although Jackson rejects: " + e);
            return;
        }
        check((rejection == null) == (value instanceof Map), "differs from Jackson: " + rejection);
        if (rejection == null && value instanceof Map<?, ?> map) {
            compare(envelope, 0, "topic", map);
            compare(envelope, 1, "message", map);
        }
    }

    private static void readingFailsWithCodecExceptionOnly(byte[] bytes) {
        Frame frame = within(bytes);
        for (Type type : TYPES) {
            try {
                CODEC.decode(frame, type);
            } catch (CodecException e) {
                check(Objects.toString(e.getMessage()).length() < 500, "long message");
            }
        }
    }

    /** Whether only Jackson rejects the bytes: for an unpaired surrogate in a name, or for a very long number or name. */
    private static boolean isJacksonOnly(CodecException e, byte[] bytes) {
        return bytes.length > 1000 || String.valueOf(e.getMessage()).contains("surrogate");
    }

    /** Returns a frame that starts and ends within its array. */
    private static Frame within(byte[] bytes) {
        byte[] array = new byte[bytes.length + 4];
        System.arraycopy(bytes, 0, array, 2, bytes.length);
        array[0] = '{';
        array[array.length - 2] = '"';
        array[array.length - 1] = '}';
        return Frame.of(array, 2, bytes.length);
    }

    private static @Nullable String rejection(JsonEnvelope envelope, Frame frame) {
        try {
            envelope.scan(frame);
            return null;
        } catch (CodecException e) {
            String message = Objects.toString(e.getMessage());
            Matcher offset = OFFSET.matcher(message);
            check(
                    offset.matches() && Integer.parseInt(offset.group(1)) <= frame.length(),
                    "names no offset within the bytes: " + message);
            check(!envelope.has(0) && !envelope.has(1), "has members after an error");
            return message;
        }
    }

    private static void compare(JsonEnvelope envelope, int member, String name, Map<?, ?> map) {
        check(envelope.has(member) == map.containsKey(name), "member " + name);
        if (envelope.has(member)) {
            Object expected = map.get(name);
            Object found = CODEC.decode(envelope.value(member), Object.class);
            check(Objects.equals(found, expected), "value of " + name);
            check(envelope.kind(member) == kind(expected), "kind of " + name);
            if (expected instanceof String string) {
                check(envelope.string(member).equals(string), "string of " + name);
            }
        }
    }

    private static Kind kind(@Nullable Object value) {
        return switch (value) {
            case null -> Kind.NULL;
            case Boolean b -> Kind.BOOLEAN;
            case Number n -> Kind.NUMBER;
            case String s -> Kind.STRING;
            case List<?> l -> Kind.ARRAY;
            default -> Kind.OBJECT;
        };
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
