package io.heliograph.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable run of bytes: one message without its delimiter or length, on its way in or out.
 *
 * <p>A frame shares its array with others: a frame that was received with those that arrived in the same read, one that is
 * sent with every recipient. Nobody may write to it.
 */
public final class Frame {

    private static final byte TEXT = 1;
    private static final byte COMPRESSED = 2;
    private static final Frame EMPTY = new Frame(new byte[0], 0, 0, (byte) 0);

    private final byte[] array;
    private final int offset;
    private final int length;
    private final byte marks;

    private Frame(byte[] array, int offset, int length, byte marks) {
        this.array = array;
        this.offset = offset;
        this.length = length;
        this.marks = marks;
    }

    /** A part of {@code array}, inside which it lies, as a message of a WebSocket. */
    public static Frame message(byte[] array, int offset, int length, boolean text, boolean compressed) {
        return new Frame(array, offset, length, (byte) ((text ? TEXT : 0) | (compressed ? COMPRESSED : 0)));
    }

    public static Frame empty() {
        return EMPTY;
    }

    /** A frame over {@code array} itself, which nobody may write to from now on. */
    public static Frame of(byte[] array) {
        return new Frame(array, 0, array.length, (byte) 0);
    }

    /** A frame over a part of {@code array} itself, which nobody may write to from now on. */
    public static Frame of(byte[] array, int offset, int length) {
        if ((offset | length | (array.length - length - offset)) < 0) {
            throw outside("offset", offset, length, "an array of " + array.length);
        }
        return new Frame(array, offset, length, (byte) 0);
    }

    /** A frame over a copy of what remains in {@code bytes}, which is read to its end. */
    public static Frame copyOf(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return of(copy);
    }

    /** The text in UTF-8, not marked as {@link #isText}. */
    public static Frame utf8(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * These bytes, marked as text: a WebSocket sends them as a text message, all else pays no heed to the mark.
     *
     * <p>They must be UTF-8; that is not checked.
     */
    public Frame asText() {
        return isText() ? this : new Frame(array, offset, length, (byte) (marks | TEXT));
    }

    /** Whether it came, or is to go, as a text message of a WebSocket; two frames may differ in it and be equal. */
    public boolean isText() {
        return (marks & TEXT) != 0;
    }

    /** Whether the bytes are compressed, as permessage-deflate (RFC 7692) does it. */
    public boolean isCompressed() {
        return (marks & COMPRESSED) != 0;
    }

    public int length() {
        return length;
    }

    /** The array that holds the bytes, from {@link #offset()} on; to be read only. */
    public byte[] array() {
        return array;
    }

    public int offset() {
        return offset;
    }

    public byte at(int index) {
        return array[offset + Objects.checkIndex(index, length)];
    }

    /** A part of this frame, over the same array. */
    public Frame slice(int from, int length) {
        if ((from | length | (this.length - length - from)) < 0) {
            throw outside("from", from, length, "a frame of " + this.length + " bytes");
        }
        return new Frame(array, offset + from, length, marks);
    }

    /** Apart, so that what every message passes through stays small. */
    private static IllegalArgumentException outside(String name, int from, int length, String of) {
        return new IllegalArgumentException(
                name + " " + from + " and length " + length + " (expected: inside " + of + ")");
    }

    /** A read-only view. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /** The bytes read as UTF-8, malformed ones as U+FFFD. */
    public String utf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frame that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        return buffer().hashCode();
    }

    /** The length only: what a frame holds does not belong into a log. */
    @Override
    public String toString() {
        return "Frame[" + length + " bytes]";
    }
}
