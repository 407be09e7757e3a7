package io.heliograph.realtime;

/** A server's end of a connection. */
public interface RealtimeSocket extends RealtimePeer, EventSource<SocketEvent> {

    /** The socket's name, chosen by the server: 20 characters of URL-safe base64. */
    String id();
}
