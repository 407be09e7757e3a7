package io.heliograph.exchange;

/** Result of the recovery that a subscriber requested with a position. */
public sealed interface Recovery {

    /** The subscriber requested no recovery. */
    record NotAsked() implements Recovery {}

    /**
     * The subscriber receives every publication since its position.
     *
     * @param count number of missed publications, which are delivered before new ones
     */
    record Recovered(int count) implements Recovery {}

    /** The publications since the position are not available. The subscriber receives new publications only. */
    record Lost(GapReason reason) implements Recovery {}
}
