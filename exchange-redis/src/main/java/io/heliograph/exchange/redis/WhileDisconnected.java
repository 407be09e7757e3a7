package io.heliograph.exchange.redis;

/** What happens to a publication while Redis is not reachable. */
public enum WhileDisconnected {

    /** The publication waits, within {@code maxPendingBytes} and {@code publishTimeout}. */
    QUEUE,

    /** The publication fails at once, and was certainly not sent. */
    FAIL
}
