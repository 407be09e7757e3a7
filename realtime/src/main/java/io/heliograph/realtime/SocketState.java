package io.heliograph.realtime;

/** What a connection is doing; it is {@link #OPEN} from the accepted handshake on. */
public enum SocketState {
    CONNECTING,
    OPEN,
    CLOSED
}
