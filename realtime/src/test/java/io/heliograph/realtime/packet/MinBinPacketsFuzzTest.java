package io.heliograph.realtime.packet;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;

/**
 * Any bytes are packets, or one {@code InvalidMessageError}, and what they carry reads the same when it is written again. As an
 * ordinary test it reads the inputs kept in the resources; with JAZZER_FUZZ=1 it makes up others.
 */
class MinBinPacketsFuzzTest {

    private final PacketCodec codec = PacketCodec.of(RealtimeCodec.minBin(), 50);

    private static final class Collected implements PacketCodec.Sink {

        private final java.util.List<Payload> payloads = new java.util.ArrayList<>();

        @Override
        public boolean event(String event, @org.jspecify.annotations.Nullable String cid, Payload data) {
            payloads.add(data);
            return true;
        }

        @Override
        public boolean response(String rid, Payload data, Payload error) {
            payloads.add(data);
            payloads.add(error);
            return true;
        }

        @Override
        public boolean raw() {
            return true;
        }
    }

    @FuzzTest(maxDuration = "30s")
    void arbitraryBytesYieldPacketsOrOneError(byte[] input) {
        Collected collected = new Collected();
        PacketCodec.Reader reader = codec.reader();
        try {
            reader.read(Frame.of(input), collected);
        } catch (InvalidMessageException e) {
            check(collected.payloads.isEmpty(), "packets before the error");
            return;
        }
        for (Payload payload : collected.payloads) {
            reader.string(payload, PacketCodec.Field.CHANNEL);
            reader.member(payload, PacketCodec.Field.DATA);
            WireErrors.acyclic(payload);
            check(again(payload), "written again it is something else");
        }
    }

    private boolean again(Payload payload) {
        if (!payload.isPresent()) {
            return true;
        }
        Object value;
        try {
            value = payload.value();
        } catch (CodecException e) {
            return true; // a list as a key
        }
        Payload written = codec.payload(value);
        Payload once = codec.payload(written.value());
        return once.frame().equals(written.frame());
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
