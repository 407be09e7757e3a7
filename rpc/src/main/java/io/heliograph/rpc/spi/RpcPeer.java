package io.heliograph.rpc.spi;

import io.heliograph.Address;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Connection of a server with a backend. Thread-safe, unless a method says otherwise. */
public interface RpcPeer {

    /** Returns the {@code socket_id}, which the client chooses: a label, never proof of identity. */
    String id();

    /** Returns the namespace: the path without the base path of the server, {@code /} for the default namespace. */
    String namespace();

    /** Returns the remote address. */
    Address peer();

    /** Returns the upgrade request of a WebSocket; empty for other connections. */
    Optional<HttpRequest> request();

    /** Returns the credentials of the peer process, as the operating system reports them for a Unix domain socket. */
    Optional<PeerCredentials> credentials();

    EventLoop loop();

    boolean isOpen();

    /** Returns the format of the last subscription, or of the first message of the client. */
    RpcFormat format();

    /**
     * Sends a message that is neither a response nor an event. Messages that do not fit into the queue close the connection.
     *
     * @return false if the connection is closed
     */
    boolean send(Frame frame);

    /** Records whether the client is authenticated: protected methods are open to it, and the budget for others does not count it. */
    void authenticated(boolean authenticated);

    /** Returns the accepted bytes that have not been handed to the operating system, with queued events. */
    long queuedBytes();

    /** The counters of the link, with {@link #queuedBytes}. Thread-safe. */
    LinkStats stats();

    /** Limit of {@link #queuedBytes}: the option {@code maxQueuedBytes}. */
    int maxQueuedBytes();

    /**
     * Holds the later messages of the client until a decision, such as that about the connection. Event loop only.
     *
     * @param decision see {@link RpcBackend.Session#call}
     */
    void await(CompletionStage<Void> decision);

    /** Pauses reading until {@link #resume}. Messages of a read that has begun still arrive. Event loop only. */
    void pause();

    /** Ends a {@linkplain #pause pause}. Event loop only. */
    void resume();

    /**
     * Rejects further requests with the error of a server that is closing.
     *
     * @return completes, on any thread, when all messages of the client have been answered, or the connection has closed
     */
    CompletableFuture<Void> drain();

    /**
     * Closes the connection in order.
     *
     * @param code see {@link io.heliograph.rpc.RpcSocket#close}
     */
    void close(int code, String reason);
}
