package io.heliograph.exchange;

import static io.heliograph.internal.Check.checkArgument;

/**
 * A place in a channel: after its first {@code offset} publications.
 *
 * <p>The position of a publication is the place just after it, so the first has offset 1. Offsets of two positions compare only
 * if their epochs are equal.
 *
 * @param epoch which incarnation of the channel is meant; a channel that nobody subscribes to and that has no history is
 *     forgotten, and begins anew with another epoch. Not empty
 * @param offset 0, before the first publication, or more
 */
public record Position(String epoch, long offset) {

    public Position {
        checkArgument(!epoch.isEmpty(), "epoch: empty (expected: a name)");
        checkArgument(offset >= 0, "offset: %d (expected: >= 0)", offset);
    }

    /** Whether it is in the same incarnation as {@code other} and not before it. */
    public boolean reaches(Position other) {
        return offset >= other.offset && epoch.equals(other.epoch);
    }
}
