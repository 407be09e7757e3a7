package io.heliograph.frame;

/**
 * How frames are told apart in a stream of bytes. Immutable, and usable from any thread.
 *
 * <p>A link that carries whole messages by itself, as a WebSocket does, needs none.
 */
public sealed interface Framing extends FrameEncoder permits Delimiter, LengthPrefix, Raw {

    /**
     * A new reader of frames, for one connection.
     *
     * @param maxFrameBytes the longest frame it accepts; positive
     */
    FrameDecoder decoder(int maxFrameBytes);
}
