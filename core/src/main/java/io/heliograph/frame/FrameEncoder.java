package io.heliograph.frame;

import java.nio.ByteBuffer;

/**
 * Writes frames into the stream of one link, one after the other.
 *
 * <p>A {@link Framing} is one for any number of links; others belong to a link, and to its loop.
 */
public interface FrameEncoder {

    /** The number of bytes that a frame of {@code length} bytes takes on the wire. Any thread may ask. */
    int encodedLength(int length);

    /**
     * Writes the wire form of {@code frame}, from its byte {@code position} on, as far as {@code target} has room, so that a
     * long frame can pass through a short buffer.
     *
     * @return the position reached; {@link #encodedLength} when the frame is complete
     */
    int write(Frame frame, int position, ByteBuffer target);
}
