package io.heliograph.frame;

import java.nio.ByteBuffer;

/** Framing by a big-endian length before each frame. */
enum LengthPrefix implements Framing {

    /**
     * Length of four bytes.
     *
     * <pre>
     * "hello"   00 00 00 05 68 65 6c 6c 6f
     * </pre>
     */
    FOUR_BYTES {
        @Override
        int prefix(int length) {
            return 4;
        }
    },

    /**
     * Length of one byte up to 254, else {@code FF} and four bytes. Decoders accept the long form for short frames.
     *
     * <pre>
     * "hello"     05 68 65 6c 6c 6f
     * 255 bytes   ff 00 00 00 ff ...
     * </pre>
     */
    ONE_OR_FIVE_BYTES {
        @Override
        int prefix(int length) {
            return length < ESCAPE ? 1 : 5;
        }
    };

    static final int ESCAPE = 0xff;

    abstract int prefix(int length);

    @Override
    public int encodedLength(int length) {
        return Math.addExact(prefix(length), length);
    }

    @Override
    public int write(Frame frame, int position, ByteBuffer target) {
        int length = frame.length();
        int prefix = prefix(length);
        int at = position;
        for (; at < prefix && target.hasRemaining(); at++) {
            target.put(prefixByte(prefix, at, length));
        }
        if (at >= prefix) {
            int part = Math.min(prefix + length - at, target.remaining());
            target.put(frame.array(), frame.offset() + at - prefix, part);
            at += part;
        }
        return at;
    }

    private static byte prefixByte(int prefix, int index, int length) {
        boolean escape = prefix == 5 && index == 0;
        return (byte) (escape ? ESCAPE : length >>> (8 * (prefix - 1 - index)));
    }

    @Override
    public FrameDecoder decoder(int maxFrameBytes) {
        return new LengthPrefixDecoder(this, maxFrameBytes);
    }
}
