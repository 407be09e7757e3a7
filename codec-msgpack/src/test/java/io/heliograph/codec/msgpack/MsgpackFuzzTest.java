package io.heliograph.codec.msgpack;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.scan.MsgpackEnvelope;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Any bytes at all: they are a value, or a CodecException with a short message. */
class MsgpackFuzzTest {

    record Point(int x, double y) {}

    record Shape(String name, List<Point> points, Optional<byte[]> data) {}

    private static final MsgpackCodec CODEC = new MsgpackCodec();

    private static final List<Type> TYPES = List.of(
            Object.class,
            String.class,
            int.class,
            byte[].class,
            int[].class,
            Shape.class,
            new TypeRef<List<Point>>() {}.type(),
            new TypeRef<Map<String, Double>>() {}.type());

    @FuzzTest(maxDuration = "30s")
    void anyBytes(byte[] bytes) {
        byte[] array = new byte[bytes.length + 4];
        System.arraycopy(bytes, 0, array, 2, bytes.length);
        Frame frame = Frame.of(array, 2, bytes.length);
        for (Type type : TYPES) {
            try {
                CODEC.decode(frame, type);
            } catch (CodecException e) {
                check(String.valueOf(e.getMessage()).length() < 600, "long message");
            }
        }
        boolean value = true;
        try {
            CODEC.decode(frame, Object.class);
        } catch (CodecException e) {
            value = false;
        }
        try {
            int end = MsgpackEnvelope.skip(array, 2, 2, 2 + bytes.length);
            check(end <= 2 + bytes.length, "beyond the end");
        } catch (CodecException e) {
            check(!value, "what can be read cannot be skipped: " + e.getMessage());
        }
        MsgpackEnvelope envelope = new MsgpackEnvelope("id", "method");
        try {
            envelope.scan(frame);
            if (envelope.has(0)) {
                envelope.value(0);
            }
        } catch (CodecException e) {
            check(!envelope.has(0), "found in what is none");
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
