package io.heliograph.channel.message;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Id of a member or a tenure: 16 bytes. */
record Id(long high, long low) {

    static final int BYTES = 16;

    /** Returns the id of the member with this secret. */
    static Id ofSecret(byte[] secret) {
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(secret));
            return new Id(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }

    static Id read(ByteBuffer from) {
        return new Id(from.getLong(), from.getLong());
    }

    /** Returns whether the 16 bytes of {@code frame} at {@code index} are this id. */
    boolean isAt(Frame frame, int index) {
        return Wire.longAt(frame, index) == high && Wire.longAt(frame, index + 8) == low;
    }

    /** Compares ids. Any total order suffices if all members use the same. */
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
     * Parses the form that {@link #toString} returns.
     *
     * @throws IllegalArgumentException if the id is invalid
     */
    static Id parse(String id) {
        checkArgument(
                id.length() == 32 && id.chars().allMatch(HexFormat::isHexDigit),
                "member id: '%s' (expected: 32 hexadecimal digits)",
                id);
        return new Id(HexFormat.fromHexDigitsToLong(id, 0, 16), HexFormat.fromHexDigitsToLong(id, 16, 32));
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
