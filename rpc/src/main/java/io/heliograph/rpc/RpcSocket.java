package io.heliograph.rpc;

import io.heliograph.Address;
import io.heliograph.http.HttpRequest;
import io.heliograph.transport.PeerCredentials;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client that is connected to a server. Any thread may call any method. */
public interface RpcSocket {

    /**
     * What the client calls itself by the query {@code socket_id}, or a random UUID. A client chooses it freely: it is a label to
     * look sockets up by, never proof of who somebody is.
     */
    String id();

    /** The name of the namespace it belongs to for its whole life. */
    String namespace();

    /** Whether it is logged in. That belongs to this connection, whatever other sockets call themselves. */
    boolean isAuthenticated();

    /** Logs it in, as a login that was accepted does. */
    void authenticate();

    /** Logs it out: protected methods are closed to it from now on. Its subscriptions stay. */
    void deauthenticate();

    /** What was attached last; null at first. */
    @Nullable
    Object attachment();

    /** Keeps something with the connection, as the user that a login handler has found. */
    void attach(@Nullable Object attachment);

    Address peer();

    /** The request that opened the WebSocket; empty for other connections. */
    Optional<HttpRequest> request();

    /** Who the peer is, as the operating system says, over a Unix domain socket. */
    Optional<PeerCredentials> credentials();

    boolean isOpen();

    /** Bytes accepted and not yet written. */
    long queuedBytes();

    /**
     * Closes the connection in order.
     *
     * @param code of the close frame: 1000, after which clients of the npm package stay away, 1001 to 1014 or 3000 to 4999; 0
     *     for none
     * @param reason at most 123 bytes in UTF-8; empty if the code is 0
     */
    void close(int code, String reason);
}
