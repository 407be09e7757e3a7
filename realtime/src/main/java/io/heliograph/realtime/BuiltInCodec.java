package io.heliograph.realtime;

import io.heliograph.frame.Frame;
import org.jspecify.annotations.Nullable;

/** The codecs that need no user's code. */
enum BuiltInCodec implements RealtimeCodec {
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
