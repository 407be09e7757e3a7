package io.heliograph.channel;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The 16 bytes that name a member or a tenure. */
record Id(long high, long low) {

    static final int BYTES = 16;

    /** The id of the member that knows {@code secret}. */
    static Id ofSecret(byte[] secret) {
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(secret));
            return new Id(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static Id read(ByteBuffer from) {
        return new Id(from.getLong(), from.getLong());
    }

    /** Whether the 16 bytes of {@code frame} at {@code index} are this id. */
    boolean isAt(Frame frame, int index) {
        return Wire.longAt(frame, index) == high && Wire.longAt(frame, index + 8) == low;
    }

    /** Any order will do, as long as it is everybody's. */
    boolean isBefore(Id other) {
        return high < other.high || (high == other.high && low < other.low);
    }

    void write(ByteBuffer to) {
        to.putLong(high).putLong(low);
    }

    void write(byte[] to, int index) {
        Wire.putLong(to, index, high);
        Wire.putLong(to, index + 8, low);
    }

    /**
     * Reads the form that {@link #toString} writes.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Id parse(String text) {
        checkArgument(
                text.length() == 32 && text.chars().allMatch(HexFormat::isHexDigit),
                "member: '%s' (expected: 32 hexadecimal digits)",
                text);
        return new Id(HexFormat.fromHexDigitsToLong(text, 0, 16), HexFormat.fromHexDigitsToLong(text, 16, 32));
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
