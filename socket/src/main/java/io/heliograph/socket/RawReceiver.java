package io.heliograph.socket;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;

/** A stream without framing: what has come is a message, as far as it is whole. */
abstract class RawReceiver implements Receiver {

    // What came last and is not whole yet; a few bytes.
    private Frame held = Frame.empty();

    /** The number of bytes at the end of {@code bytes} that must wait for more. */
    abstract int incomplete(Frame bytes);

    abstract void deliver(Frame bytes, Sink sink);

    /** The stream has ended with {@code rest}, which is not empty, incomplete. */
    abstract void cutOff(Frame rest, Sink sink);

    @Override
    public final void read(ByteBuffer chunk, Sink sink) {
        Frame bytes = behindHeld(chunk);
        int rest = incomplete(bytes);
        int whole = bytes.length() - rest;
        // Copied, so that a few bytes do not hold on to a whole chunk.
        held = rest == 0 ? Frame.empty() : Frame.of(bytes.slice(whole, rest).toByteArray());
        if (whole > 0) {
            deliver(bytes.slice(0, whole), sink);
        }
    }

    @Override
    public final void end(Sink sink) {
        if (held.length() > 0) {
            cutOff(held, sink);
        }
    }

    private Frame behindHeld(ByteBuffer chunk) {
        byte[] both = new byte[held.length() + chunk.remaining()];
        System.arraycopy(held.array(), held.offset(), both, 0, held.length());
        chunk.get(both, held.length(), chunk.remaining());
        return Frame.of(both);
    }

    /** Numbers of one size. */
    static final class Numbers extends RawReceiver {

        private final DataType type;

        Numbers(DataType type) {
            this.type = type;
        }

        @Override
        int incomplete(Frame bytes) {
            return bytes.length() % type.size();
        }

        @Override
        void deliver(Frame bytes, Sink sink) {
            sink.message(bytes, null);
        }

        @Override
        void cutOff(Frame rest, Sink sink) {
            sink.malformed("the connection ended inside of a "
                    + type.typeName()
                    + ": "
                    + rest.length()
                    + " bytes of "
                    + type.size());
        }
    }

    /** Text; a character waits until all its bytes have come. */
    static final class Text extends RawReceiver {

        private static final int LONGEST = 4;

        @Override
        int incomplete(Frame bytes) {
            int length = bytes.length();
            for (int back = 1; back < LONGEST && back <= length; back++) {
                int b = bytes.at(length - back) & 0xff;
                if (b < 0x80 || b >= 0xc0) {
                    return back < needed(b) ? back : 0;
                }
            }
            return 0;
        }

        /** How many bytes a character has that begins with this one. */
        private static int needed(int first) {
            if (first < 0xc2 || first > 0xf4) {
                return 1;
            }
            return first < 0xe0 ? 2 : first < 0xf0 ? 3 : LONGEST;
        }

        @Override
        void deliver(Frame bytes, Sink sink) {
            sink.message(bytes, bytes.utf8());
        }

        /** The replacement character, as for any malformed text. */
        @Override
        void cutOff(Frame rest, Sink sink) {
            deliver(rest, sink);
        }
    }

    /** Bytes that nobody here can tell apart, as images without framing are. */
    static final class Bytes extends RawReceiver {

        @Override
        int incomplete(Frame bytes) {
            return 0;
        }

        @Override
        void deliver(Frame bytes, Sink sink) {
            sink.message(bytes, null);
        }

        @Override
        void cutOff(Frame rest, Sink sink) {
            throw new IllegalStateException("nothing is ever held");
        }
    }
}
