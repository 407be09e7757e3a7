package io.heliograph.frame;

import static io.heliograph.internal.Check.positive;

import java.io.OutputStream;
import java.util.Arrays;

/**
 * Output stream that collects the bytes of one frame in memory, up to a limit.
 *
 * <p>Bytes beyond the limit are counted and discarded, so that an error message can state the size; see {@link
 * #isOverLimit()}. Not thread-safe. Reusable after {@link #reset()}.
 */
public final class FrameBuilder extends OutputStream {

    private static final int INITIAL_CAPACITY = 256;
    private static final int MAX_RETAINED = 64 * 1024;

    private final int limit;
    private byte[] array;
    private long size;

    /** @param limit maximum length of the frame, in bytes; must be positive */
    public FrameBuilder(int limit) {
        this.limit = positive("limit", limit);
        this.array = new byte[Math.min(INITIAL_CAPACITY, limit)];
    }

    @Override
    public void write(int value) {
        if (ensureCapacity(1)) {
            array[(int) size] = (byte) value;
        }
        size++;
    }

    @Override
    public void write(byte[] source) {
        write(source, 0, source.length);
    }

    @Override
    public void write(byte[] source, int from, int length) {
        if (ensureCapacity(length)) {
            System.arraycopy(source, from, array, (int) size, length);
        }
        size += length;
    }

    /** Appends ASCII characters. Of any other character the lower eight bits are appended. */
    @SuppressWarnings("deprecation") // copies without an intermediate array
    public void writeAscii(String text) {
        int length = text.length();
        if (ensureCapacity(length)) {
            text.getBytes(0, length, array, (int) size);
        }
        size += length;
    }

    /** Appends the bytes of a frame. */
    public void write(Frame source) {
        write(source.array(), source.offset(), source.length());
    }

    /** Returns the number of bytes written, including those beyond the limit. */
    public long size() {
        return size;
    }

    /** Returns whether more bytes were written than the limit allows; {@link #build} fails then. */
    public boolean isOverLimit() {
        return size > limit;
    }

    /** Returns a frame with a copy of the bytes written. */
    public Frame build() {
        if (isOverLimit()) {
            throw new IllegalStateException("frame of " + size + " bytes (expected: at most " + limit + ")");
        }
        return Frame.of(Arrays.copyOf(array, (int) size));
    }

    /** Discards the bytes written, and releases the array if it is larger than 64 KiB. */
    public void reset() {
        size = 0;
        if (array.length > MAX_RETAINED) {
            array = new byte[INITIAL_CAPACITY];
        }
    }

    private boolean ensureCapacity(int length) {
        long needed = size + length;
        if (needed > limit) {
            return false;
        }
        if (needed > array.length) {
            array = Arrays.copyOf(array, (int) Math.min(limit, Math.max(needed, array.length * 2L)));
        }
        return true;
    }
}
