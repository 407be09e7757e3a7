package io.heliograph.frame;

import java.nio.ByteBuffer;

/**
 * Decodes a stream of bytes, received in chunks of any size, into frames. Not thread-safe.
 *
 * <p>The time is linear in the number of bytes. A decoder buffers at most one unfinished frame.
 */
public interface FrameDecoder {

    /** Receiver of the decoded frames, in order. */
    @FunctionalInterface
    interface Sink {

        /**
         * Receives a frame.
         *
         * @return false to stop decoding: the decoder then discards the rest of the chunk
         */
        boolean frame(Frame frame);

        /**
         * Receives the bytes of one read of a link without framing.
         *
         * @param chunk valid during this call only
         * @return false to stop decoding
         */
        default boolean bytes(ByteBuffer chunk) {
            return frame(Frame.copyOf(chunk));
        }

        /**
         * Offers a part of an incomplete frame to a receiver that can process frames in parts, without a copy.
         *
         * <p>If the receiver accepts the first part, it receives all further parts of the frame here as well, and
         * {@link #frame} is not called for this frame. Default: rejects, so that the decoder collects the frame for
         * {@link #frame}.
         *
         * @param chunk contains the part at its position; valid during this call only
         * @param size number of bytes of the part, at least 1; an accepting receiver must read exactly these
         * @param length length of the whole frame in bytes
         * @return whether the part was read; false is allowed for the first part of a frame only, with nothing read
         */
        default boolean part(ByteBuffer chunk, int size, int length) {
            return false;
        }
    }

    /**
     * Decodes a chunk. The frames may be slices of its array, which must not be modified afterwards.
     *
     * @throws FrameTooLongException if a frame exceeds the limit; {@code sink} has received all frames before it, and
     *     the decoder must not be used again
     */
    void read(Frame chunk, Sink sink);

    /**
     * Decodes the remaining bytes of a buffer, which the caller may reuse afterwards.
     *
     * @throws FrameTooLongException as {@link #read(Frame, Sink)} does
     */
    default void read(ByteBuffer chunk, Sink sink) {
        read(Frame.copyOf(chunk), sink);
    }

    /** Returns the number of buffered bytes of the unfinished frame. */
    int buffered();

    /** Returns the bytes of memory that are allocated for the unfinished frame. */
    default int allocated() {
        return buffered();
    }

    /** Returns whether the end of the stream would truncate a frame now, also inside its length prefix. */
    default boolean isInFrame() {
        return buffered() > 0;
    }
}
