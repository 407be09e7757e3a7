package io.heliograph.ipc;

import io.heliograph.transport.PeerCredentials;
import java.util.Optional;

/**
 * One connection to the server, as its client sees it.
 *
 * <p>Any thread may call any method; none blocks.
 */
public interface ServerConnection {

    /** Who is at the other end, as the kernel says; empty where it cannot tell. */
    Optional<PeerCredentials> credentials();

    /**
     * Ends this connection in order, and only this one: the client sees a disconnect and connects again after its
     * {@code reconnectDelay}.
     */
    void disconnect();
}
