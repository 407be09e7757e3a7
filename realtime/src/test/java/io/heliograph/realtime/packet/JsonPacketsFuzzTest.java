package io.heliograph.realtime.packet;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.RealtimeCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes are the packets that another reader of JSON finds in them, or raw, and never an exception. As an ordinary test it
 * reads the inputs kept in the resources; with JAZZER_FUZZ=1 it makes up others.
 */
class JsonPacketsFuzzTest {

    private final Codec json = Codec.named("json");
    private final PacketCodec codec = PacketCodec.of(RealtimeCodec.json(), 50);

    @FuzzTest(maxDuration = "30s")
    void arbitraryBytesMatchDecodedJson(byte[] input) {
        Frame message = Frame.of(input);
        Packets packets = new Packets();
        packets.number = text -> String.valueOf(json.decode(Frame.utf8(text), Object.class));
        try {
            codec.reader().read(message, packets);
        } catch (CodecException e) {
            return; // by the other reader, of a number beyond its limit
        }
        Object value;
        try {
            value = json.decode(message, Object.class);
        } catch (CodecException e) {
            // Broken, or beyond a limit that only one of the two readers has.
            return;
        }
        List<String> expected = kinds(value);
        if (packets.lines.equals(List.of("raw")) && !expected.equals(List.of("raw"))) {
            check(depth(value) > 50, "raw, though it is a packet: " + expected);
        } else {
            check(packets.lines.equals(expected), "not " + expected + ": " + packets.lines);
        }
    }

    private static List<String> kinds(@Nullable Object value) {
        List<String> kinds = new ArrayList<>();
        if (value instanceof List<?> batch) {
            batch.forEach(packet -> kinds.add(kind(packet)));
        } else {
            kinds.add(kind(value));
        }
        return kinds;
    }

    private static String kind(@Nullable Object packet) {
        if (!(packet instanceof Map<?, ?> map)) {
            return "raw";
        }
        Object data = map.get("data");
        String shown = map.containsKey("data") ? " " + data : "";
        if (map.get("event") instanceof String event) {
            return (map.get("cid") instanceof Number number ? "request " + number + " " : "event ") + event + shown;
        }
        if (map.get("rid") instanceof Number number) {
            return "response " + number + shown + (map.containsKey("error") ? " error " + map.get("error") : "");
        }
        return "raw";
    }

    private static int depth(@Nullable Object value) {
        int deepest = 0;
        if (value instanceof Map<?, ?> map) {
            for (Object member : map.values()) {
                deepest = Math.max(deepest, depth(member));
            }
            return deepest + 1;
        }
        if (value instanceof List<?> list) {
            for (Object element : list) {
                deepest = Math.max(deepest, depth(element));
            }
            return deepest + 1;
        }
        return 0;
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
