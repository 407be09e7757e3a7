package io.heliograph.frame;

import static io.heliograph.internal.Check.positive;

import java.io.OutputStream;
import java.util.Arrays;

/**
 * Collects the bytes of a frame, in memory and up to a limit.
 *
 * <p>Beyond the limit it only counts, so that an error can name the size. It is for one thread at a time, and may be used
 * again after {@link #reset()}.
 */
public final class FrameBuilder extends OutputStream {

    private static final int INITIAL = 256;
    private static final int KEPT = 64 * 1024;

    private final int limit;
    private byte[] array;
    private long size;

    /**
     * @param limit the longest frame it can build, in bytes; positive
     */
    public FrameBuilder(int limit) {
        this.limit = positive("limit", limit);
        this.array = new byte[Math.min(INITIAL, limit)];
    }

    @Override
    public void write(int value) {
        if (room(1)) {
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
        if (room(length)) {
            System.arraycopy(source, from, array, (int) size, length);
        }
        size += length;
    }

    /** Appends a text of ASCII characters; of others it appends the lower eight bits. */
    @SuppressWarnings("deprecation") // wanted here: no array between
    public void writeAscii(String text) {
        int length = text.length();
        if (room(length)) {
            text.getBytes(0, length, array, (int) size);
        }
        size += length;
    }

    /** Appends the bytes of a frame. */
    public void write(Frame source) {
        write(source.array(), source.offset(), source.length());
    }

    /** The number of bytes written, also beyond the limit. */
    public long size() {
        return size;
    }

    /** Whether more was written than the limit allows; there is no frame then. */
    public boolean isOverLimit() {
        return size > limit;
    }

    /**
     * A frame of what was written, copied.
     *
     * @throws IllegalStateException if {@link #isOverLimit()}
     */
    public Frame build() {
        if (isOverLimit()) {
            throw new IllegalStateException("frame of " + size + " bytes (expected: at most " + limit + ")");
        }
        return Frame.of(Arrays.copyOf(array, (int) size));
    }

    /** Forgets what was written, and gives back a large array. */
    public void reset() {
        size = 0;
        if (array.length > KEPT) {
            array = new byte[INITIAL];
        }
    }

    private boolean room(int length) {
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
