package io.heliograph.codec.msgpack;

import static io.heliograph.internal.Check.positive;

/**
 * What MessagePack is written and read.
 *
 * @param integers64 whether integers beyond 32 bits are written as such; otherwise as a float of 64 bits where that is exact, and
 *     refused beyond 2<sup>53</sup>
 * @param extensions whether extensions are written: {@link Extension}, and times as the timestamp extension; otherwise the first
 *     is refused, and times are ISO-8601 strings
 * @param trailingBytes whether bytes behind the first value are ignored when reading, and not an error
 * @param maxDepth how deep arrays and maps may be nested, both ways; positive
 */
public record MsgpackOptions(boolean integers64, boolean extensions, boolean trailingBytes, int maxDepth) {

    private static final MsgpackOptions DEFAULTS = new MsgpackOptions(false, false, false, 1000);

    public MsgpackOptions {
        positive("maxDepth", maxDepth);
    }

    /** What every known reader understands: no integers of 64 bits, no extensions; nothing behind the value; 1000 deep. */
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
