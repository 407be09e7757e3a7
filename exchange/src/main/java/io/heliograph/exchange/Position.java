package io.heliograph.exchange;

import static io.heliograph.internal.Check.checkArgument;

/**
 * Position in a channel: after its first {@code offset} publications.
 *
 * <p>A publication has the position directly after it, so the first publication has offset 1. Offsets are comparable only within an epoch.
 *
 * @param epoch incarnation of the channel; a channel without subscribers and history is discarded, and its next incarnation has another
 *     epoch. Must not be empty.
 * @param offset number of preceding publications, 0 or more
 */
public record Position(String epoch, long offset) {

    public Position {
        checkArgument(!epoch.isEmpty(), "epoch: empty (expected: a non-empty string)");
        checkArgument(offset >= 0, "offset: %d (expected: >= 0)", offset);
    }

    /** Whether this position is in the same epoch as {@code other} and not before it. */
    public boolean reaches(Position other) {
        return offset >= other.offset && epoch.equals(other.epoch);
    }
}
