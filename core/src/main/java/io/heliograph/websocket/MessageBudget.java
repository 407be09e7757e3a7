package io.heliograph.websocket;

/** Limit of the collected bytes of the unfinished messages of all connections of a port. Thread-safe. */
public interface MessageBudget {

    /** Reserves bytes; returns false if the limit would be exceeded. */
    boolean reserve(int bytes);

    /** Releases reserved bytes. */
    void release(long bytes);
}
