package io.heliograph.codec.msgpack;

import static io.heliograph.internal.Check.positive;

/**
 * Options of {@link MsgpackCodec}.
 *
 * @param integers64 whether integers beyond 32 bits are written as integers of 64 bits; otherwise they are floats of 64 bits where that is
 *     exact, and rejected beyond 2<sup>53</sup>. Default: false.
 * @param extensions whether extensions are written: {@link Extension}, and times as the timestamp extension; otherwise an {@code Extension}
 *     is rejected, and times are ISO-8601 strings. Default: false.
 * @param trailingBytes whether bytes after the first value are ignored; otherwise they are an error. Default: false.
 * @param maxDepth maximum nesting of arrays and maps, written and read. Default: 1000. Must be positive.
 */
public record MsgpackOptions(boolean integers64, boolean extensions, boolean trailingBytes, int maxDepth) {

    private static final MsgpackOptions DEFAULTS = new MsgpackOptions(false, false, false, 1000);

    public MsgpackOptions {
        positive("maxDepth", maxDepth);
    }

    /** The options that every known reader understands. */
    public static MsgpackOptions defaults() {
        return DEFAULTS;
    }

    public MsgpackOptions withIntegers64(boolean integers64) {
        return new MsgpackOptions(integers64, extensions, trailingBytes, maxDepth);
    }

    public MsgpackOptions withExtensions(boolean extensions) {
        return new MsgpackOptions(integers64, extensions, trailingBytes, maxDepth);
    }

    public MsgpackOptions withTrailingBytes(boolean trailingBytes) {
        return new MsgpackOptions(integers64, extensions, trailingBytes, maxDepth);
    }

    public MsgpackOptions withMaxDepth(int maxDepth) {
        return new MsgpackOptions(integers64, extensions, trailingBytes, maxDepth);
    }
}
