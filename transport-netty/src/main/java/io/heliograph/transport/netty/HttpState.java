package io.heliograph.transport.netty;

/** State of an HTTP connection. */
enum HttpState {
    /** Reads a request. */
    READING,
    /** A request waits for its response. */
    HANDLING,
    /** The response is being written. */
    RESPONDING,
    /** A request for a WebSocket waits for its response. */
    UPGRADING,
    /** The last response is being written, or the connection stays open for the peer to read it. */
    CLOSING
}
