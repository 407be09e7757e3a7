package io.heliograph.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Immutable sequence of bytes: one message without its framing.
 *
 * <p>A frame is a view of an array that other frames share: the frames of one read, or the frame of a broadcast and all
 * its recipients. The array must not be modified. Frames are equal if their bytes are equal.
 */
public final class Frame {

    private static final byte TEXT = 1;
    private static final byte COMPRESSED = 2;
    private static final Frame EMPTY = new Frame(new byte[0], 0, 0, (byte) 0);

    private final byte[] array;
    private final int offset;
    private final int length;
    private final byte flags;

    private Frame(byte[] array, int offset, int length, byte flags) {
        this.array = array;
        this.offset = offset;
        this.length = length;
        this.flags = flags;
    }

    /**
     * Creates a WebSocket message over a part of {@code array}, without a copy or bounds check. The array must not be
     * modified afterwards.
     *
     * @param text whether the message is a text message; its bytes must be UTF-8
     * @param compressed whether the bytes are compressed by permessage-deflate (RFC 7692)
     */
    public static Frame message(byte[] array, int offset, int length, boolean text, boolean compressed) {
        return new Frame(array, offset, length, (byte) ((text ? TEXT : 0) | (compressed ? COMPRESSED : 0)));
    }

    /** Returns the frame of length 0. */
    public static Frame empty() {
        return EMPTY;
    }

    /** Creates a frame over {@code array}, without a copy. The array must not be modified afterwards. */
    public static Frame of(byte[] array) {
        return new Frame(array, 0, array.length, (byte) 0);
    }

    /**
     * Creates a frame over a part of {@code array}, without a copy. The array must not be modified afterwards.
     *
     * @throws IllegalArgumentException if the part is not inside the array
     */
    public static Frame of(byte[] array, int offset, int length) {
        if ((offset | length | (array.length - length - offset)) < 0) {
            throw outside("offset", offset, length, "an array of " + array.length);
        }
        return new Frame(array, offset, length, (byte) 0);
    }

    /** Creates a frame of a copy of the remaining bytes, and advances {@code bytes} to its limit. */
    public static Frame copyOf(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return of(copy);
    }

    /** Creates a frame of the UTF-8 bytes of {@code text}. {@link #isText} is false. */
    public static Frame utf8(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns a frame of the same bytes whose {@link #isText} is true. The bytes must be UTF-8, which is not checked.
     */
    public Frame asText() {
        return isText() ? this : new Frame(array, offset, length, (byte) (flags | TEXT));
    }

    /**
     * Returns whether the frame was received as, or will be sent as, a WebSocket text message. Framings of byte streams
     * and {@link #equals} ignore it.
     */
    public boolean isText() {
        return (flags & TEXT) != 0;
    }

    /** Returns whether the bytes are compressed by permessage-deflate (RFC 7692). */
    public boolean isCompressed() {
        return (flags & COMPRESSED) != 0;
    }

    /** Returns the number of bytes. */
    public int length() {
        return length;
    }

    /** Returns the array that holds the bytes, starting at {@link #offset()}. It must not be modified. */
    public byte[] array() {
        return array;
    }

    /** Returns the index of the first byte in {@link #array()}. */
    public int offset() {
        return offset;
    }

    /**
     * Returns the byte at an index.
     *
     * @param index 0 to {@code length() - 1}
     * @throws IndexOutOfBoundsException if {@code index} is outside the frame
     */
    public byte at(int index) {
        return array[offset + Objects.checkIndex(index, length)];
    }

    /**
     * Returns a part of this frame as a view of the same array, with the same {@link #isText} and {@link
     * #isCompressed}.
     *
     * @throws IllegalArgumentException if the part is not inside the frame
     */
    public Frame slice(int from, int length) {
        if ((from | length | (this.length - length - from)) < 0) {
            throw outside("from", from, length, "a frame of " + this.length + " bytes");
        }
        return new Frame(array, offset + from, length, flags);
    }

    /** Separate method: keeps the callers small enough to be inlined. */
    private static IllegalArgumentException outside(String name, int from, int length, String of) {
        return new IllegalArgumentException(
                name + " " + from + " and length " + length + " (expected: inside " + of + ")");
    }

    /** Returns a read-only view of the bytes, at position 0. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    /** Returns a copy of the bytes. */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /** Decodes the bytes as UTF-8. Malformed input becomes U+FFFD. */
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

    /** Returns the length only: message content must not reach logs. */
    @Override
    public String toString() {
        return "Frame[" + length + " bytes]";
    }
}
