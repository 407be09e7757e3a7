package io.heliograph.codec.msgpack;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.scan.MsgpackEnvelope;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fuzz test: any bytes are a value or a CodecException with a short message. */
class MsgpackFuzzTest {

    record Point(int x, double y) {}

    record Shape(String name, List<Point> points, Optional<byte[]> data) {}

    private static final Codec CODEC = new MsgpackCodec();
    private static final Codec JAVASCRIPT = new MsgpackJsCodec();

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
            for (Codec codec : List.of(CODEC, JAVASCRIPT)) {
                try {
                    codec.decode(frame, type);
                } catch (CodecException e) {
                    check(String.valueOf(e.getMessage()).length() < 600, "long message");
                }
            }
        }
        javaScriptValueIsStable(frame);
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
            check(!value, "a readable value cannot be skipped: " + e.getMessage());
        }
        MsgpackEnvelope envelope = new MsgpackEnvelope("id", "method");
        try {
            envelope.scan(frame);
            if (envelope.has(0)) {
                envelope.value(0);
            }
        } catch (CodecException e) {
            check(!envelope.has(0), "a member is present after an error");
        }
    }

    /** A value that has been written reads and writes the same again. */
    private static void javaScriptValueIsStable(Frame frame) {
        Object value;
        try {
            value = JAVASCRIPT.decode(frame, Object.class);
        } catch (CodecException e) {
            return;
        }
        String written = Bytes.hex(JAVASCRIPT, value);
        check(written.equals(Bytes.hex(JAVASCRIPT, JAVASCRIPT.decode(Bytes.hex(written), Object.class))), "unstable");
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
