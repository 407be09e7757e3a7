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

/** Any bytes at all. As ordinary tests these read the texts kept in the resources; with JAZZER_FUZZ=1 they make up others. */
class JsonFuzzTest {

    private static final List<Type> TYPES = List.of(
            Object.class,
            String.class,
            int.class,
            byte[].class,
            Order.class,
            new TypeRef<List<Item>>() {}.type(),
            new TypeRef<Map<String, Double>>() {}.type());

    private static final Pattern PLACE = Pattern.compile("not JSON at byte (\\d+): .*");

    /** One target, because Jazzer fuzzes one in a machine, and both rules are about the same bytes. */
    @FuzzTest(maxDuration = "30s")
    void anyBytes(byte[] bytes) {
        theEnvelopeAgreesWithJackson(bytes);
        readingFailsInOneWayOnly(bytes);
    }

    private static void theEnvelopeAgreesWithJackson(byte[] bytes) {
        Frame frame = inside(bytes);
        JsonEnvelope envelope = new JsonEnvelope(JsonCodec.MAX_DEPTH, "topic", "message");
        String refusal = refusal(envelope, frame);
        Object value;
        try {
            value = CODEC.decode(frame, Object.class);
        } catch (CodecException e) {
            check(refusal != null || isOfJackson(e, bytes), "accepted what Jackson refuses: " + e);
            return;
        }
        check((refusal == null) == (value instanceof Map), "differs from Jackson: " + refusal);
        if (refusal == null && value instanceof Map<?, ?> map) {
            compare(envelope, 0, "topic", map);
            compare(envelope, 1, "message", map);
        }
    }

    private static void readingFailsInOneWayOnly(byte[] bytes) {
        Frame frame = inside(bytes);
        for (Type type : TYPES) {
            try {
                CODEC.decode(frame, type);
            } catch (CodecException e) {
                check(Objects.toString(e.getMessage()).length() < 500, "long message");
            }
        }
    }

    /** What JSON allows and Jackson does not: a lone surrogate in a name, and numbers and names as long as one likes. */
    private static boolean isOfJackson(CodecException e, byte[] bytes) {
        return bytes.length > 1000 || String.valueOf(e.getMessage()).contains("surrogate");
    }

    /** A part of an array whose other bytes must not matter. */
    private static Frame inside(byte[] bytes) {
        byte[] array = new byte[bytes.length + 4];
        System.arraycopy(bytes, 0, array, 2, bytes.length);
        array[0] = '{';
        array[array.length - 2] = '"';
        array[array.length - 1] = '}';
        return Frame.of(array, 2, bytes.length);
    }

    private static @Nullable String refusal(JsonEnvelope envelope, Frame frame) {
        try {
            envelope.scan(frame);
            return null;
        } catch (CodecException e) {
            String message = Objects.toString(e.getMessage());
            Matcher place = PLACE.matcher(message);
            check(
                    place.matches() && Integer.parseInt(place.group(1)) <= frame.length(),
                    "names no place inside: " + message);
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
