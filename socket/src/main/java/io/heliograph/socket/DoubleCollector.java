package io.heliograph.socket;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Decodes messages of doubles directly from the read buffer, for any chunking of the stream. Bytes after the last whole
 * element of a message are dropped. Event loop only.
 */
final class DoubleCollector {

    private static final int INITIAL_CAPACITY = 1024;

    /** Number of elements from which a bulk copy is faster. */
    private static final int BULK_THRESHOLD = 16;

    private static final double[] NONE = {};

    private double[] values = NONE;
    private int count;
    private int missing;

    // Bits and byte count of an element that spans chunks.
    private long partial;
    private int partialBytes;

    /** Returns the bytes of memory that are allocated. */
    int allocated() {
        return values.length * Double.BYTES;
    }

    /**
     * Reads the next part of a message.
     *
     * @param chunk buffer in big-endian order whose position is the beginning of the part
     * @param size number of bytes of the part
     * @param length number of bytes of the message; at least one element
     * @return whether the message is complete
     */
    boolean read(ByteBuffer chunk, int size, int length) {
        if (missing == 0) {
            missing = length;
        }
        int left = size;
        for (; left > 0 && partialBytes > 0; left--) {
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
        ensureCapacity(whole, length);
        if (whole < BULK_THRESHOLD) {
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
        partial = partial << 8 | (chunk.get() & 0xff);
        if (++partialBytes == Double.BYTES) {
            ensureCapacity(1, length);
            values[count++] = Double.longBitsToDouble(partial);
            partialBytes = 0;
        }
    }

    /** Grows with the received bytes, so that an announced length alone allocates nothing. */
    private void ensureCapacity(int more, int length) {
        int needed = count + more;
        if (needed > values.length) {
            long capacity = Math.max(INITIAL_CAPACITY, needed * 4L);
            values = Arrays.copyOf(values, (int) Math.min(length / Double.BYTES, capacity));
        }
    }

    /** Returns the complete message and resets the collector for the next one. */
    double[] take() {
        double[] taken = values;
        values = NONE;
        count = 0;
        partialBytes = 0;
        return taken;
    }
}
