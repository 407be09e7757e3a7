package io.heliograph.realtime.packet;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.RealtimeCodec;
import org.jspecify.annotations.Nullable;

/** Markers of the built-in codecs, which {@link PacketCodec} implements. */
public enum BuiltInCodec implements RealtimeCodec {
    JSON,
    MIN_BIN;

    @Override
    public Frame encode(Object packet) {
        throw new UnsupportedOperationException(this + " is a marker (expected: an application's codec)");
    }

    @Override
    public @Nullable Object decode(Frame message) {
        throw new UnsupportedOperationException(this + " is a marker (expected: an application's codec)");
    }
}
