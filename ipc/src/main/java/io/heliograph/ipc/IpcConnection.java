package io.heliograph.ipc;

import io.heliograph.transport.PeerCredentials;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Connection between a server and a client, as seen by either of them. A client that reconnects gets a new connection.
 *
 * <p>Thread-safe. No method blocks.
 */
public interface IpcConnection {

    /** The id of this connection in its endpoint: a random UUID (version 4) that is never sent. */
    String id();

    /**
     * Sends a message to the peer.
     *
     * @param topic the topic; null or empty for {@code none}
     * @param message a value that the codec can encode; may be null
     * @return whether the message was accepted; a rejection is reported to the error listeners, as by {@link IpcServer#send} or
     *     {@link IpcClient#send(String, Object)}
     */
    boolean send(@Nullable String topic, @Nullable Object message);

    /** Sends a topic without a message, which the receiver reads as null. */
    boolean send(@Nullable String topic);

    /** Whether messages can be sent. */
    boolean isConnected();

    /** The credentials of the peer process, as reported by the kernel; empty if unknown. */
    Optional<PeerCredentials> credentials();

    /** Number of accepted bytes that have not been handed to the operating system. */
    long queuedBytes();

    /**
     * Ends this connection in order: queued messages are written first, for at most the option {@code linger}. A client
     * reconnects after its {@code reconnectDelay}.
     */
    void disconnect();
}
