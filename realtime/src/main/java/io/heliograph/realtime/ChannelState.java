package io.heliograph.realtime;

/** State of a client's subscription to a channel. */
public enum ChannelState {
    UNSUBSCRIBED,

    /** Requested, and not confirmed by the server on the current connection. */
    PENDING,
    SUBSCRIBED
}
