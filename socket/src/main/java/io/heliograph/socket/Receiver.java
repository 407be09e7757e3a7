package io.heliograph.socket;

import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what arrives on one connection into messages of one type, wherever the network has cut it. Touched by the connection's
 * loop only.
 */
interface Receiver {

    /** Told of each message and of what is wrong, in order. */
    interface Sink {

        /**
         * A message.
         *
         * @param bytes what it is made of
         * @param text the text that the bytes are, where that is known already
         */
        void message(Frame bytes, @Nullable String text);

        /**
         * A message of doubles, as the array that they are.
         *
         * @param values the receiver's no more
         */
        void doubles(double[] values);

        /** Something is wrong with the input, which goes on. */
        void malformed(String problem);
    }

    /**
     * Reads what has arrived, which is valid during this call only and in big-endian order.
     *
     * @throws HeliographException if the rest of the stream has no meaning any more
     */
    void read(ByteBuffer chunk, Sink sink);

    /** The stream has ended: tells what was left, or what is missing. */
    void end(Sink sink);
}
