package io.heliograph;

/** What happens to a message that finds an outbound queue at its limit. Every case is counted and reported. */
public enum Overflow {

    /** The message is refused; the queue and the connection stay as they are. */
    REFUSE,

    /** The oldest messages that no byte of has been written are dropped until the new one fits. */
    DROP_OLDEST,

    /** The connection is closed at once, and what it had queued is dropped: a slow consumer costs no more than its limit. */
    CLOSE
}
