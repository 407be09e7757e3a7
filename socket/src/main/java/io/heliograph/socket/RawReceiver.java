package io.heliograph.socket;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;

/** Receives a stream without framing: the available whole elements form a message. */
abstract class RawReceiver implements Receiver {

    // Bytes of an incomplete element; at most a few.
    private Frame held = Frame.empty();

    /** Returns the number of bytes of an incomplete element at the end of {@code bytes}. */
    abstract int incomplete(Frame bytes);

    abstract void deliver(Frame bytes, Sink sink);

    /** Handles the end of the stream inside an element; {@code rest} is its non-empty beginning. */
    abstract void endedInside(Frame rest, Sink sink);

    @Override
    public final void read(ByteBuffer chunk, Sink sink) {
        Frame bytes = appendedToHeld(chunk);
        int rest = incomplete(bytes);
        int whole = bytes.length() - rest;
        // Copied, so that a few bytes do not retain a whole chunk.
        held = rest == 0 ? Frame.empty() : Frame.of(bytes.slice(whole, rest).toByteArray());
        if (whole > 0) {
            deliver(bytes.slice(0, whole), sink);
        }
    }

    @Override
    public final void end(Sink sink) {
        if (held.length() > 0) {
            endedInside(held, sink);
        }
    }

    private Frame appendedToHeld(ByteBuffer chunk) {
        byte[] both = new byte[held.length() + chunk.remaining()];
        System.arraycopy(held.array(), held.offset(), both, 0, held.length());
        chunk.get(both, held.length(), chunk.remaining());
        return Frame.of(both);
    }

    /** Receives numbers of one size. */
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
        void endedInside(Frame rest, Sink sink) {
            sink.malformed("the connection ended inside a "
                    + type.typeName()
                    + ": "
                    + rest.length()
                    + " bytes of "
                    + type.size());
        }
    }

    /** Receives strings; an incomplete character is held until its remaining bytes arrive. */
    static final class Strings extends RawReceiver {

        private static final int MAX_CHARACTER_BYTES = 4;

        @Override
        int incomplete(Frame bytes) {
            int length = bytes.length();
            for (int back = 1; back < MAX_CHARACTER_BYTES && back <= length; back++) {
                int b = bytes.at(length - back) & 0xff;
                if (b < 0x80 || b >= 0xc0) {
                    return back < characterBytes(b) ? back : 0;
                }
            }
            return 0;
        }

        /** Returns the length in bytes of a character that begins with {@code first}. */
        private static int characterBytes(int first) {
            if (first < 0xc2 || first > 0xf4) {
                return 1;
            }
            return first < 0xe0 ? 2 : first < 0xf0 ? 3 : MAX_CHARACTER_BYTES;
        }

        @Override
        void deliver(Frame bytes, Sink sink) {
            sink.message(bytes, bytes.utf8());
        }

        /** Delivers the replacement character, as for any malformed UTF-8. */
        @Override
        void endedInside(Frame rest, Sink sink) {
            deliver(rest, sink);
        }
    }

    /** Receives bytes without structure, such as images without framing. */
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
        void endedInside(Frame rest, Sink sink) {
            throw new IllegalStateException("raw bytes are never held back");
        }
    }
}
