package io.heliograph.realtime;

/** What a client has of a channel. */
public enum ChannelState {
    UNSUBSCRIBED,

    /** Wanted, and not confirmed by the server now. */
    PENDING,
    SUBSCRIBED
}
