package io.heliograph;

/** Policy for a message that exceeds the limit of an outbound queue. Every loss is counted and reported. */
public enum Overflow {

    /** The new message is rejected. The queue and the connection stay as they are. */
    REFUSE,

    /** The oldest messages are dropped until the new message fits. A partially written message is not dropped. */
    DROP_OLDEST,

    /** The connection is closed at once and its queue is dropped, so that a slow consumer costs at most its limit. */
    CLOSE
}
