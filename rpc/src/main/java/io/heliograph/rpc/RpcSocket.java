package io.heliograph.rpc;

import io.heliograph.Address;
import io.heliograph.http.HttpRequest;
import io.heliograph.transport.PeerCredentials;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client that is connected to a server. Thread-safe. */
public interface RpcSocket {

    /**
     * Returns the query parameter {@code socket_id}, or a random UUID. The client chooses it freely: it is a label for lookups and
     * never proof of identity.
     */
    String id();

    /** Returns the name of the namespace, which never changes. */
    String namespace();

    /** Returns whether this connection is logged in; other sockets with the same id are independent. */
    boolean isAuthenticated();

    /** Logs the socket in, as an accepted login does. */
    void authenticate();

    /**
     * Logs the socket out. It can no longer call protected methods, and its subscriptions to protected events end; see {@link
     * RpcServer.Builder#revokeSubscriptions}. Calls that have started continue.
     */
    void deauthenticate();

    /** Returns the object attached last, or null. */
    @Nullable
    Object attachment();

    /** Attaches an object to the connection, for example the user that a login handler has found. */
    void attach(@Nullable Object attachment);

    /** Returns the remote address. */
    Address peer();

    /** Returns the upgrade request of a WebSocket; empty for other connections. */
    Optional<HttpRequest> request();

    /** Returns the credentials that the operating system reports for the peer of a Unix domain socket. */
    Optional<PeerCredentials> credentials();

    boolean isOpen();

    /** Returns the bytes that are queued and not yet written. */
    long queuedBytes();

    /**
     * Closes the connection in order.
     *
     * @param code close code: 1000, after which clients of the npm package do not reconnect, 1001 to 1014, or 3000 to 4999; 0 for
     *     none
     * @param reason at most 123 bytes in UTF-8; empty if the code is 0
     */
    void close(int code, String reason);
}
