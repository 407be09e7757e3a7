package io.heliograph.websocket;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Inflates the messages of one peer; between two messages it holds an inflater only if the peer goes on where it ended. */
final class Inflation {

    private static final byte[] NONE = {};

    private final MessageDeflate deflate;
    private final boolean peerResets;
    private @Nullable Inflater inflater;
    private byte[] input = NONE;
    private int inputEnd;
    private int written;

    Inflation(MessageDeflate deflate, boolean peerResets) {
        this.deflate = deflate;
        this.peerResets = peerResets;
    }

    private Inflater inflater() {
        Inflater current = inflater;
        if (current == null) {
            current = deflate.borrow();
            inflater = current;
        }
        return current;
    }

    /** The next piece of a message. */
    void input(byte[] array, int from, int length) {
        Inflater current = inflater();
        if (current.finished()) {
            current.reset();
        }
        input = array;
        inputEnd = from + length;
        current.setInput(array, from, length);
    }

    /** What every compressed message ends with, and is sent without. */
    void tail() {
        input(MessageDeflate.TAIL, 0, MessageDeflate.TAIL.length);
    }

    /** Inflates into {@code target} from {@code from} on; {@link #written()} tells how much, 0 when the input is used up. */
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
                throw new DataFormatException("it wants a dictionary");
            }
            int left = current.getRemaining();
            if (!current.finished() || left == 0) {
                return;
            }
            // After a block that calls itself the last, the next begins anew.
            current.reset();
            current.setInput(input, inputEnd - left, left);
        }
    }

    /** The bytes that the last {@link #output} has made, also if it failed after them. */
    int written() {
        return written;
    }

    /** The message is complete. */
    void end() {
        input = NONE;
        if (peerResets) {
            release();
        }
    }

    void release() {
        Inflater current = inflater;
        if (current != null) {
            inflater = null;
            input = NONE;
            deflate.giveBack(current);
        }
    }
}
