package io.heliograph.frame;

import java.nio.ByteBuffer;

/**
 * Encodes frames into the byte stream of one link, one frame after the other.
 *
 * <p>A {@link Framing} is stateless and may serve any number of links. Other encoders belong to one link and its event
 * loop.
 */
public interface FrameEncoder {

    /** Returns the encoded size of a frame of {@code length} bytes. Thread-safe. */
    int encodedLength(int length);

    /**
     * Writes encoded bytes of {@code frame} to {@code target}, until the frame is complete or {@code target} is full.
     *
     * @param position number of encoded bytes already written, 0 at first
     * @return the new position; {@link #encodedLength} if the frame is complete
     */
    int write(Frame frame, int position, ByteBuffer target);
}
