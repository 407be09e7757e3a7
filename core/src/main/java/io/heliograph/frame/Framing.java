package io.heliograph.frame;

import java.nio.ByteBuffer;

/**
 * How frames are told apart in a stream of bytes. Immutable, and usable from any thread.
 *
 * <p>A link that carries whole messages by itself, as a WebSocket does, needs none.
 */
public sealed interface Framing permits Delimiter, LengthPrefix, Raw {

    /** The number of bytes that a frame of {@code length} bytes takes on the wire. */
    int encodedLength(int length);

    /**
     * Writes the wire form of {@code frame}, from its byte {@code position} on, as far as {@code target} has room, so that a
     * long frame can pass through a short buffer.
     *
     * @return the position reached; {@link #encodedLength} when the frame is complete
     */
    int write(Frame frame, int position, ByteBuffer target);

    /**
     * A new reader of frames, for one connection.
     *
     * @param maxFrameBytes the longest frame it accepts; positive
     */
    FrameDecoder decoder(int maxFrameBytes);
}
