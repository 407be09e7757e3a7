package io.heliograph.frame;

import static io.heliograph.internal.Check.checkArgument;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Framing by a delimiter of one to eight bytes after each frame, the last frame included. No frame may contain the
 * delimiter; this is not checked.
 *
 * <pre>
 * delimiter 00 00, "hi" and "ho"   68 69 00 00 68 6f 00 00
 * </pre>
 */
final class Delimiter implements Framing {

    private final byte[] bytes;

    private Delimiter(byte[] bytes) {
        this.bytes = bytes;
    }

    static Delimiter of(int... bytes) {
        checkArgument(bytes.length >= 1 && bytes.length <= 8, "delimiter of %s bytes (expected: 1 to 8)", bytes.length);
        byte[] delimiter = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            checkArgument(bytes[i] >= 0 && bytes[i] <= 255, "byte: %s (expected: 0 to 255)", bytes[i]);
            delimiter[i] = (byte) bytes[i];
        }
        return new Delimiter(delimiter);
    }

    int length() {
        return bytes.length;
    }

    byte at(int index) {
        return bytes[index];
    }

    @Override
    public int encodedLength(int length) {
        return Math.addExact(length, bytes.length);
    }

    @Override
    public int write(Frame frame, int position, ByteBuffer target) {
        int at = position;
        if (at < frame.length()) {
            at = NoFraming.INSTANCE.write(frame, at, target);
        }
        if (at >= frame.length()) {
            int from = at - frame.length();
            int part = Math.min(bytes.length - from, target.remaining());
            target.put(bytes, from, part);
            at += part;
        }
        return at;
    }

    @Override
    public FrameDecoder decoder(int maxFrameBytes) {
        return new DelimiterDecoder(this, maxFrameBytes);
    }

    @Override
    public String toString() {
        return "Delimiter[" + HexFormat.ofDelimiter(" ").formatHex(bytes) + "]";
    }
}
