package io.heliograph.exchange;

/** Connection state of a broker. */
public enum BrokerState {

    /** All channels are available. */
    CONNECTED,

    /** Some channels are not available. */
    DEGRADED,

    /** No channel is available. */
    DISCONNECTED,

    /** The broker has been closed. */
    CLOSED
}
