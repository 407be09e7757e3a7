package io.heliograph.frame;

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

    /** Inflates into {@code target} from {@code from} on; returns the number of bytes, 0 when the input is used up. */
    int output(byte[] target, int from) throws DataFormatException {
        Inflater current = inflater();
        while (true) {
            int count = current.inflate(target, from, target.length - from);
            if (count > 0) {
                return count;
            }
            if (current.needsDictionary()) {
                throw new DataFormatException("it wants a dictionary");
            }
            int left = current.getRemaining();
            if (!current.finished() || left == 0) {
                return 0;
            }
            // After a block that calls itself the last, the next begins anew.
            current.reset();
            current.setInput(input, inputEnd - left, left);
        }
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
