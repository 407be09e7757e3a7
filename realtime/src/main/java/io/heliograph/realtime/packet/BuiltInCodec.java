package io.heliograph.realtime.packet;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.RealtimeCodec;
import org.jspecify.annotations.Nullable;

/** The codecs that need no user's code. */
public enum BuiltInCodec implements RealtimeCodec {
    JSON,
    MIN_BIN;

    @Override
    public Frame encode(Object packet) {
        throw new UnsupportedOperationException(this + " encodes packets by itself");
    }

    @Override
    public @Nullable Object decode(Frame message) {
        throw new UnsupportedOperationException(this + " decodes packets by itself");
    }
}
