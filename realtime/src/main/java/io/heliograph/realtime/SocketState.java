package io.heliograph.realtime;

/** State of a connection. {@link #OPEN} begins with the accepted handshake. */
public enum SocketState {
    CONNECTING,
    OPEN,
    CLOSED
}
