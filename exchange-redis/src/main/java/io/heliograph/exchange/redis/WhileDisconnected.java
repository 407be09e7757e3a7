package io.heliograph.exchange.redis;

/** Policy for publications while Redis is not reachable. */
public enum WhileDisconnected {

    /** The publication waits, within {@code maxPendingBytes} and {@code publishTimeout}. */
    QUEUE,

    /** The publication fails at once, and was certainly not sent. */
    FAIL
}
