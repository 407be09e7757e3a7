package io.heliograph.frame;

import static io.heliograph.internal.Check.positive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Finds the delimiter, from left to right and without overlap, looking at each byte once.
 *
 * <p>Frames that lie in one chunk are slices of it. The rest of a chunk is collected until its delimiter comes; because a
 * delimiter may be split over chunks, how much of it has been matched is part of the state.
 */
final class DelimiterDecoder implements FrameDecoder {

    private static final int FIRST_ROOM = 8 * 1024;
    private static final int HEAD = 1024;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private final Delimiter delimiter;
    private final int max;
    private final long pattern;

    // The unfinished frame; its last bytes may be the beginning of the delimiter.
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
     * Looks for a delimiter that ends the collected frame: one that began in it, or the first of the chunk. Collects up to
     * and with the delimiter, and returns the index after it, or -1 with nothing collected.
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

    /** The index of the first whole delimiter in {@code array}, or -1. */
    private int find(byte[] array, int start, int end) {
        int size = delimiter.length();
        int last = end - size;
        int at = start;
        while (at <= last) {
            // Eight bytes at a time: a zero byte in (word xor pattern) is a candidate for the first
            // byte.
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
        // A delimiter may have begun: its bytes are not the frame's.
        checkLength((long) restSize + (end - start) - (delimiter.length() - 1), array, start, end);
        append(array, start, end);
    }

    private void append(byte[] array, int start, int end) {
        int needed = restSize + end - start;
        if (needed > rest.length) {
            rest = Arrays.copyOf(rest, (int)
                    Math.min(Integer.MAX_VALUE - 8, Math.max(needed, Math.max(FIRST_ROOM, rest.length * 2L))));
        }
        System.arraycopy(array, start, rest, restSize, end - start);
        restSize = needed;
    }

    /** Checks the length of a frame that begins in the rest and goes on in {@code array} up to {@code end}. */
    private void checkLength(long length, byte[] array, int start, int end) {
        if (length > max) {
            int known = (int) Math.min(HEAD, Math.min(length, (long) restSize + end - start));
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

    /** The room that is kept for an unfinished frame. */
    int room() {
        return rest.length;
    }
}
