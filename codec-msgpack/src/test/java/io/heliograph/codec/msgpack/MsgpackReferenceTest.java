package io.heliograph.codec.msgpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.scan.MsgpackEnvelope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.value.Value;

/** Comparison with msgpack-core: each implementation reads what the other writes. */
class MsgpackReferenceTest {

    private static final MsgpackCodec CODEC =
            new MsgpackCodec(MsgpackOptions.defaults().withIntegers64(true));

    @Test
    void randomValuesRoundTripThroughMsgpackCore() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            Object value = value(random, 4);
            FrameBuilder builder = new FrameBuilder(1 << 24);
            CODEC.encode(value, builder);
            Frame ours = builder.build();
            Value theirs;
            try (var unpacker = MessagePack.newDefaultUnpacker(ours.toByteArray())) {
                theirs = unpacker.unpackValue();
                assertThat(unpacker.hasNext()).isFalse();
            }
            try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
                packer.packValue(theirs);
                assertThat(CODEC.decode(Frame.of(packer.toByteArray()), Object.class))
                        .isEqualTo(value);
            }
            assertThat(MsgpackEnvelope.skip(ours.array(), 0, 0, ours.length())).isEqualTo(ours.length());
        }
    }

    private static @Nullable Object value(Random random, int depth) {
        int size = random.nextInt(20);
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> random.nextLong() >> random.nextInt(64);
            case 1 -> random.nextDouble();
            case 2 -> random.nextBoolean();
            case 3 -> "ä".repeat(random.nextInt(300));
            case 4 -> null;
            case 5 -> (long) random.nextInt(300) - 150;
            case 6 -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
            default -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                for (int i = 0; i < size; i++) {
                    map.put("key" + i, value(random, depth - 1));
                }
                yield map;
            }
        };
    }
}
