package io.heliograph.realtime;

/**
 * Outcome of the recovery of the publications that a client has missed, when the server confirms a subscription.
 *
 * <p>The reason for a loss is a word of the protocol: {@code too-old} (the history does not reach back), {@code too-many} (more
 * publications than the server recovers), {@code forked} or {@code engine-lost-state} (the server has lost publications), {@code
 * unavailable}, or a word that a later server defines.
 */
public sealed interface ChannelRecovery {

    /** The client has not presented a position: it subscribes for the first time, or {@code recovery} is off. */
    record NotAsked() implements ChannelRecovery {}

    /** The server does not support recovery. Publications may be missing. */
    record Unsupported() implements ChannelRecovery {}

    /** All missed publications follow, once and in order, before new ones. */
    record Recovered() implements ChannelRecovery {}

    /** The missed publications are not available. New publications follow. */
    record Lost(String reason) implements ChannelRecovery {}
}
