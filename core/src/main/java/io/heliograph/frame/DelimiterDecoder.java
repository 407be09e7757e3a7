package io.heliograph.frame;

import static io.heliograph.internal.Check.positive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decoder of delimited frames: finds the delimiters from left to right, without overlap, in linear time.
 *
 * <p>A frame that lies in one chunk is a slice of it. The unfinished frame at the end of a chunk is copied and
 * collected until its delimiter arrives. A delimiter may be split over chunks.
 */
final class DelimiterDecoder implements FrameDecoder {

    private static final int INITIAL_CAPACITY = 8 * 1024;
    private static final int MAX_HEAD = 1024;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private final Delimiter delimiter;
    private final int max;
    private final long pattern;

    // Unfinished frame. Its last bytes may be the beginning of the delimiter.
    private byte[] rest = {};
    private int restSize;

    DelimiterDecoder(Delimiter delimiter, int maxFrameBytes) {
        this.delimiter = delimiter;
        this.max = positive("maxFrameBytes", maxFrameBytes);
        this.pattern = (delimiter.at(0) & 0xffL) * ONES;
    }

    @Override
    public void read(Frame chunk, Sink sink) {
        byte[] array = chunk.array();
        int end = chunk.offset() + chunk.length();
        int start = chunk.offset();
        if (restSize > 0) {
            int after = finishRest(array, start, end);
            if (after < 0) {
                collect(array, start, end);
                return;
            }
            int size = restSize - delimiter.length();
            checkLength(size, array, start, start);
            Frame frame = Frame.of(rest, 0, size);
            rest = new byte[0];
            restSize = 0;
            start = after;
            if (!sink.frame(frame)) {
                return;
            }
        }
        while (start < end) {
            int found = find(array, start, end);
            if (found < 0) {
                collect(array, start, end);
                return;
            }
            checkLength(found - start, array, start, found);
            Frame frame = Frame.of(array, start, found - start);
            start = found + delimiter.length();
            if (!sink.frame(frame)) {
                return;
            }
        }
    }

    /**
     * Completes the collected frame at the delimiter that begins in it, or at the first delimiter of the chunk.
     *
     * @return the index after the delimiter, or -1 if the chunk does not complete the frame; nothing is collected then
     */
    private int finishRest(byte[] array, int start, int end) {
        int size = delimiter.length();
        for (int before = Math.min(size - 1, restSize); before > 0; before--) {
            int from = restSize - before;
            int needed = size - before;
            if (needed <= end - start && matches(rest, from, before, 0) && matches(array, start, needed, before)) {
                append(array, start, start + needed);
                return start + needed;
            }
        }
        int found = find(array, start, end);
        if (found < 0) {
            return -1;
        }
        checkLength((long) restSize + found - start, array, start, found);
        append(array, start, found + size);
        return found + size;
    }

    private boolean matches(byte[] array, int from, int length, int delimiterFrom) {
        for (int i = 0; i < length; i++) {
            if (array[from + i] != delimiter.at(delimiterFrom + i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the index of the first complete delimiter in {@code array}, or -1. */
    private int find(byte[] array, int start, int end) {
        int size = delimiter.length();
        int last = end - size;
        int at = start;
        while (at <= last) {
            // Eight bytes at a time: a zero byte in (word xor pattern) is a candidate for the first byte.
            while (at + 8 <= end) {
                long word = (long) LONG.get(array, at) ^ pattern;
                long zeros = (word - ONES) & ~word & HIGHS;
                if (zeros != 0) {
                    at += Long.numberOfTrailingZeros(zeros) >>> 3;
                    break;
                }
                at += 8;
            }
            if (at > last) {
                return -1;
            }
            if (matches(array, at, size, 0)) {
                return at;
            }
            at++;
        }
        return -1;
    }

    private void collect(byte[] array, int start, int end) {
        // The last bytes may belong to a delimiter and not to the frame.
        checkLength((long) restSize + (end - start) - (delimiter.length() - 1), array, start, end);
        append(array, start, end);
    }

    private void append(byte[] array, int start, int end) {
        int needed = restSize + end - start;
        if (needed > rest.length) {
            rest = Arrays.copyOf(rest, (int)
                    Math.min(Integer.MAX_VALUE - 8, Math.max(needed, Math.max(INITIAL_CAPACITY, rest.length * 2L))));
        }
        System.arraycopy(array, start, rest, restSize, end - start);
        restSize = needed;
    }

    /** Checks the length of the frame that consists of the collected bytes and {@code array} up to {@code end}. */
    private void checkLength(long length, byte[] array, int start, int end) {
        if (length > max) {
            int known = (int) Math.min(MAX_HEAD, Math.min(length, (long) restSize + end - start));
            byte[] head = Arrays.copyOf(rest, known);
            int fromRest = Math.min(restSize, known);
            System.arraycopy(array, start, head, fromRest, known - fromRest);
            throw new FrameTooLongException(
                    "frame of at least " + length + " bytes (expected: at most " + max + ")", max, Frame.of(head));
        }
    }

    @Override
    public int buffered() {
        return restSize;
    }

    @Override
    public int allocated() {
        return rest.length;
    }
}
