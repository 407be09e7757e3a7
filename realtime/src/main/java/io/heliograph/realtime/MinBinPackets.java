package io.heliograph.realtime;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packets as {@code sc-codec-min-bin} 3 has them. */
final class MinBinPackets extends PacketCodec {

    MinBinPackets(int maxDepth) {
        super(Codec.named(JsonPackets.CODEC));
    }

    @Override
    Reader reader() {
        throw new UnsupportedOperationException();
    }

    @Override
    Frame event(String event, @Nullable String cid, @Nullable Object data) {
        throw new UnsupportedOperationException();
    }

    @Override
    Frame response(String rid, @Nullable Object data) {
        throw new UnsupportedOperationException();
    }

    @Override
    Frame failure(String rid, @Nullable Object error) {
        throw new UnsupportedOperationException();
    }

    @Override
    Frame publication(String channel, Payload data) {
        throw new UnsupportedOperationException();
    }

    @Override
    Frame batch(List<Frame> packets) {
        throw new UnsupportedOperationException();
    }
}
