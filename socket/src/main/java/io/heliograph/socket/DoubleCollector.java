package io.heliograph.socket;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects one message after the other as the doubles that it is made of, straight from where they were read, wherever the
 * network has cut them. Bytes behind the last whole element of a message are dropped.
 */
final class DoubleCollector {

    private static final int FIRST_ROOM = 1024;

    /** From here on a copy in bulk is faster. */
    private static final int MANY = 16;

    private static final double[] NONE = {};

    private double[] values = NONE;
    private int count;
    private int missing;

    // What has come of an element that was cut.
    private long cut;
    private int cutBytes;

    /**
     * Reads the first part of a message or the next.
     *
     * @param chunk holds the part from its position on, in big-endian order
     * @param size the bytes of the part
     * @param length the bytes of the whole message, at least those of an element
     * @return whether the message is whole
     */
    boolean read(ByteBuffer chunk, int size, int length) {
        if (missing == 0) {
            missing = length;
        }
        int left = size;
        for (; left > 0 && cutBytes > 0; left--) {
            readByte(chunk, length);
        }
        int whole = left / Double.BYTES;
        if (whole > 0) {
            readWhole(chunk, whole, length);
            left -= whole * Double.BYTES;
        }
        for (; left > 0; left--) {
            readByte(chunk, length);
        }
        missing -= size;
        return missing == 0;
    }

    private void readWhole(ByteBuffer chunk, int whole, int length) {
        makeRoom(whole, length);
        if (whole < MANY) {
            for (int end = count + whole; count < end; count++) {
                values[count] = chunk.getDouble();
            }
        } else {
            chunk.asDoubleBuffer().get(values, count, whole);
            chunk.position(chunk.position() + whole * Double.BYTES);
            count += whole;
        }
    }

    private void readByte(ByteBuffer chunk, int length) {
        cut = cut << 8 | (chunk.get() & 0xff);
        if (++cutBytes == Double.BYTES) {
            makeRoom(1, length);
            values[count++] = Double.longBitsToDouble(cut);
            cutBytes = 0;
        }
    }

    /** Grows as bytes arrive, as the decoders of frames do: a length that lies costs its sender, not us. */
    private void makeRoom(int more, int length) {
        int needed = count + more;
        if (needed > values.length) {
            long room = Math.max(FIRST_ROOM, needed * 4L);
            values = Arrays.copyOf(values, (int) Math.min(length / Double.BYTES, room));
        }
    }

    /** The message that is whole; the next one may begin. */
    double[] take() {
        double[] taken = values;
        values = NONE;
        count = 0;
        cutBytes = 0;
        return taken;
    }
}
