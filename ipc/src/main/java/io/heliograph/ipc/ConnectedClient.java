package io.heliograph.ipc;

import io.heliograph.transport.PeerCredentials;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection, as its server sees it. A client that comes back is a new one, with a new id.
 *
 * <p>Any thread may call any method; none blocks.
 */
public interface ConnectedClient {

    /** The server's name for this connection: a random UUID (version 4), which never travels. */
    String id();

    /** Sends to this client, as {@link IpcServer#send(String, Object, String)} does. */
    boolean send(@Nullable String topic, @Nullable Object message);

    /** Sends a topic without a message; the receiver sees null. */
    boolean send(@Nullable String topic);

    /** Who is at the other end, as the kernel says; empty where it cannot tell. */
    Optional<PeerCredentials> credentials();

    /** Bytes accepted for this client and not yet handed to the operating system. */
    long queuedBytes();

    /**
     * Ends the connection in order: what was accepted is written first, for no longer than the server's {@code linger}. The
     * client, unless it was closed too, sees a disconnect and comes back.
     */
    void disconnect();
}
