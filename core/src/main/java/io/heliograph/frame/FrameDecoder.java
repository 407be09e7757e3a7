package io.heliograph.frame;

import java.nio.ByteBuffer;

/**
 * Cuts a stream of bytes into frames, wherever the chunks it arrives in begin and end. It is for one thread at a time.
 *
 * <p>The work is linear in the number of bytes, and no more than one unfinished frame is kept.
 */
public interface FrameDecoder {

    /** Told of each frame, in order. */
    @FunctionalInterface
    interface Sink {

        /** Returns false to have the rest of the chunk, and all that follows, thrown away. */
        boolean frame(Frame frame);

        /** Told instead, where there is no framing, of bytes that are valid during this call only. */
        default boolean bytes(ByteBuffer chunk) {
            return frame(Frame.copyOf(chunk));
        }

        /**
         * Offered what has come of a frame whose bytes would have to be copied to last, and with it the rest of the frame,
         * which is told here part by part instead of being collected for {@link #frame}.
         *
         * @param chunk holds the part from its position on, and is valid during this call only
         * @param size the bytes of the part, at least one, which are to be read and no others
         * @param length the bytes of the whole frame
         * @return whether it was read; false for the first part of a frame, with nothing read, to have the frame collected
         */
        default boolean part(ByteBuffer chunk, int size, int length) {
            return false;
        }
    }

    /**
     * Reads a chunk, whose array then belongs to the frames cut from it.
     *
     * @throws FrameTooLongException if a frame passes the limit, after the frames before it were given to {@code sink}; the
     *     decoder cannot be used any more
     */
    void read(Frame chunk, Sink sink);

    /**
     * Reads a chunk that is valid during this call only, to its end unless {@code sink} wants no more.
     *
     * @throws FrameTooLongException as {@link #read(Frame, Sink)} does
     */
    default void read(ByteBuffer chunk, Sink sink) {
        read(Frame.copyOf(chunk), sink);
    }

    /** The number of bytes that have come of an unfinished frame. */
    int buffered();

    /** Whether a stream that ended now would be cut off inside of a frame, be it in its length. */
    default boolean isInFrame() {
        return buffered() > 0;
    }
}
