package io.heliograph.socket;

import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Splits the input of one connection into messages of one type, for any chunking of the stream. Event loop only.
 */
interface Receiver {

    /** Consumer of messages and problems, in order. */
    interface Sink {

        /**
         * Delivers a message.
         *
         * @param string the decoded content if already known, else null
         */
        void message(Frame bytes, @Nullable String string);

        /**
         * Delivers a message of decoded doubles.
         *
         * @param values array whose ownership passes to the sink
         */
        void doubles(double[] values);

        /** Reports a recoverable problem of the input. */
        void malformed(String problem);
    }

    /**
     * Reads a chunk.
     *
     * @param chunk buffer in big-endian order, valid during this call only
     * @throws HeliographException if the rest of the stream cannot be interpreted
     */
    void read(ByteBuffer chunk, Sink sink);

    /** Returns the bytes of memory that are allocated for an incomplete message. */
    default int allocated() {
        return 0;
    }

    /** Handles the end of the stream: delivers a complete last message or reports an incomplete one. */
    void end(Sink sink);
}
