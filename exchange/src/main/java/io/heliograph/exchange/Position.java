package io.heliograph.exchange;

import static io.heliograph.internal.Check.checkArgument;

/**
 * Position in a channel: after the publication with this epoch and offset.
 *
 * <p>Offsets of a channel begin at 1; offset 0 is the position before the first publication. Offsets are comparable only within an epoch.
 * {@link #toString()} and {@link #parse} convert positions to and from an opaque string for peers.
 *
 * @param epoch term under which the broker appended the publication, in base 36. The epoch changes when the log of the channel may have another
 *     writer, and when the channel was discarded and created again. 1 to 13 characters 0-9 and a-z, the first not 0.
 * @param offset number of the publication, 0 or more
 */
public record Position(String epoch, long offset) {

    private static final int MAX_EPOCH = 13;

    public Position {
        if (!isEpoch(epoch)) {
            checkArgument(false, "epoch: expected 1 to 13 characters 0-9 and a-z, the first not 0");
        }
        if (offset < 0) {
            checkArgument(false, "offset: %d (expected: >= 0)", offset);
        }
    }

    private static boolean isEpoch(String epoch) {
        int length = epoch.length();
        if (length == 0 || length > MAX_EPOCH || epoch.charAt(0) == '0') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = epoch.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'z')) {
                return false;
            }
        }
        return true;
    }

    /**
     * Parses the form {@code epoch:offset} that {@link #toString()} returns.
     *
     * @throws IllegalArgumentException if {@code text} is not a position
     */
    public static Position parse(String text) {
        int colon = text.indexOf(':');
        String offset = text.substring(colon + 1);
        boolean decimal = offset.chars().allMatch(c -> c >= '0' && c <= '9');
        boolean canonical = offset.length() == 1 || (!offset.isEmpty() && offset.charAt(0) != '0');
        if (colon > 0 && isEpoch(text.substring(0, colon)) && decimal && canonical) {
            try {
                return new Position(text.substring(0, colon), Long.parseLong(offset));
            } catch (NumberFormatException tooLarge) {
                // The offset has more than 63 bits.
            }
        }
        throw new IllegalArgumentException("not a position (expected: epoch:offset, as the server sent it)");
    }

    /** Whether this position is in the same epoch as {@code other} and not before it. */
    public boolean reaches(Position other) {
        return offset >= other.offset && epoch.equals(other.epoch);
    }

    /** Returns {@code epoch:offset}. */
    @Override
    public String toString() {
        return epoch + ":" + offset;
    }
}
