package io.heliograph.frame;

/**
 * Format that delimits frames in a byte stream. Immutable and thread-safe.
 *
 * <p>A link that transfers whole messages, such as a WebSocket, does not need a framing.
 */
public sealed interface Framing extends FrameEncoder permits Delimiter, LengthPrefix, NoFraming {

    /** Returns the absence of framing: bytes are sent unchanged, and the bytes of one read are one frame. */
    static Framing none() {
        return NoFraming.INSTANCE;
    }

    /**
     * Returns the framing that appends a delimiter to each frame. No frame may contain the delimiter; this is not checked.
     *
     * <pre>
     * delimiter 00 00, "hi" and "ho"   68 69 00 00 68 6f 00 00
     * </pre>
     *
     * @param bytes the delimiter: one to eight bytes, each 0 to 255
     * @throws IllegalArgumentException if the delimiter is empty, too long, or has a value that is not a byte
     */
    static Framing delimiter(int... bytes) {
        return Delimiter.of(bytes);
    }

    /**
     * Returns the framing that precedes each frame with its length in four big-endian bytes.
     *
     * <pre>
     * "hello"   00 00 00 05 68 65 6c 6c 6f
     * </pre>
     */
    static Framing fourByteLength() {
        return LengthPrefix.FOUR_BYTES;
    }

    /**
     * Returns the framing that precedes each frame with its length: one byte up to 254, else {@code FF} and four big-endian
     * bytes. Decoders accept the long form for short frames.
     *
     * <pre>
     * "hello"     05 68 65 6c 6c 6f
     * 255 bytes   ff 00 00 00 ff ...
     * </pre>
     */
    static Framing oneOrFiveByteLength() {
        return LengthPrefix.ONE_OR_FIVE_BYTES;
    }

    /**
     * Creates a decoder for one connection.
     *
     * @param maxFrameBytes maximum length of a received frame, in bytes; must be positive. {@link #none()} ignores it
     */
    FrameDecoder decoder(int maxFrameBytes);
}
