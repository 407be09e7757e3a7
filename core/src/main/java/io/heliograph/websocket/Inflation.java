package io.heliograph.websocket;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Inflates the messages of one peer. Between messages it holds an inflater only if the peer uses context takeover. */
final class Inflation {

    private static final byte[] EMPTY = {};

    private final MessageDeflate deflate;
    private final boolean noContextTakeover;
    private @Nullable Inflater inflater;
    private byte[] input = EMPTY;
    private int inputEnd;
    private int written;

    Inflation(MessageDeflate deflate, boolean noContextTakeover) {
        this.deflate = deflate;
        this.noContextTakeover = noContextTakeover;
    }

    private Inflater inflater() {
        Inflater current = inflater;
        if (current == null) {
            current = deflate.acquireInflater();
            inflater = current;
        }
        return current;
    }

    /** Sets the next part of a message as input. */
    void input(byte[] array, int from, int length) {
        Inflater current = inflater();
        if (current.finished()) {
            current.reset();
        }
        input = array;
        inputEnd = from + length;
        current.setInput(array, from, length);
    }

    /** Sets the trailer as input, which senders remove from each message (RFC 7692, section 7.2.1). */
    void tail() {
        input(MessageDeflate.TAIL, 0, MessageDeflate.TAIL.length);
    }

    /**
     * Inflates into {@code target} from {@code from} on. {@link #written()} returns the number of bytes, 0 at the end
     * of the input.
     */
    void output(byte[] target, int from) throws DataFormatException {
        Inflater current = inflater();
        written = 0;
        while (true) {
            long before = current.getBytesWritten();
            try {
                current.inflate(target, from, target.length - from);
            } finally {
                written = (int) (current.getBytesWritten() - before);
            }
            if (written > 0) {
                return;
            }
            if (current.needsDictionary()) {
                throw new DataFormatException("a dictionary is required");
            }
            int left = current.getRemaining();
            if (!current.finished() || left == 0) {
                return;
            }
            // A new stream follows the block that is flagged as the final one.
            current.reset();
            current.setInput(input, inputEnd - left, left);
        }
    }

    /** Returns the number of bytes that the last {@link #output} has written, also if it failed afterwards. */
    int written() {
        return written;
    }

    /** Ends the message. */
    void end() {
        input = EMPTY;
        if (noContextTakeover) {
            release();
        }
    }

    void release() {
        Inflater current = inflater;
        if (current != null) {
            inflater = null;
            input = EMPTY;
            deflate.releaseInflater(current);
        }
    }
}
