package io.heliograph.server;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Connection of a client to a hub. Thread-safe. */
public interface Connection {

    /** The id, which the server has assigned, such as {@code sc-7f3k2m9q}. */
    String id();

    /** The identifier of the protocol: {@code socketcluster}, {@code rpc}, {@code ipc}, {@code channel} or {@code socket}; {@code http} for a request. */
    String protocol();

    /** The URL of the listener. */
    String listener();

    /** The remote address, as text; for a Unix socket with the user and the process of the peer. */
    String remoteAddress();

    Principal principal();

    /** The time at which the connection was accepted. */
    Instant since();

    /**
     * Sends a message to this connection alone: an event, a notification or a topic, by the protocol of the connection.
     *
     * @param data any value that the codec can encode
     */
    void send(String name, @Nullable Object data);

    /**
     * Ends the subscription to a channel.
     *
     * @param reason message for the client
     */
    void kickOut(String channel, String reason);

    /**
     * Closes the connection.
     *
     * @param reason message for the client
     */
    void close(String reason);
}
