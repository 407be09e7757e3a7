package io.heliograph.rpc;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Overflow;
import io.heliograph.rpc.server.ServerOptions;
import io.heliograph.transport.UnfinishedMessages;

/**
 * Limits of a server.
 *
 * @param <B> the type of the builder
 */
abstract sealed class RpcServerLimits<B extends RpcServerLimits<B>> extends RpcBuilder<B> permits RpcServer.Builder {

    private int maxDepth = 1000;
    private int maxBatch = 1000;
    private int maxSubscriptions = 1000;
    private int maxImplicitNamespaces = 1000;
    private int maxConnections = 10_000;
    private int maxRequestsPerSecond = 50_000;
    private long maxUnauthenticatedBytes = 64L << 20;
    private long maxUnfinishedBytes = UnfinishedMessages.defaultMaxBytes();

    RpcServerLimits(Overflow slowConsumer) {
        super(slowConsumer);
    }

    /** Limits the nesting of messages. Default: 1000. Must be positive. */
    public B maxDepth(int maxDepth) {
        this.maxDepth = positive("maxDepth", maxDepth);
        return self();
    }

    /** Limits the requests of a batch; a longer batch is answered with -32600. Default: 1000. Must be positive. */
    public B maxBatch(int maxBatch) {
        this.maxBatch = positive("maxBatch", maxBatch);
        return self();
    }

    /** Limits the subscriptions of one socket; the status of further ones is an error. Default: 1000. Must be positive. */
    public B maxSubscriptions(int maxSubscriptions) {
        this.maxSubscriptions = positive("maxSubscriptions", maxSubscriptions);
        return self();
    }

    /**
     * Limits the namespaces that exist only because a client has connected to their path; further ones are rejected with HTTP
     * status 404. Such a namespace is removed with its last socket. Default: 1000. Must be positive.
     */
    public B maxImplicitNamespaces(int maxImplicitNamespaces) {
        this.maxImplicitNamespaces = positive("maxImplicitNamespaces", maxImplicitNamespaces);
        return self();
    }

    /** Limits the connected sockets; further ones are rejected with HTTP status 503. Default: 10,000. Must be positive. */
    public B maxConnections(int maxConnections) {
        this.maxConnections = positive("maxConnections", maxConnections);
        return self();
    }

    /**
     * Limits the requests of one socket per second, each request of a batch included. Reading pauses at the limit until the
     * next second. Zero disables the limit. Default: 50,000. Must not be negative.
     */
    public B maxRequestsPerSecond(int maxRequestsPerSecond) {
        checkArgument(
                maxRequestsPerSecond >= 0,
                "maxRequestsPerSecond: %d (expected: >= 0, 0 for no limit)",
                maxRequestsPerSecond);
        this.maxRequestsPerSecond = maxRequestsPerSecond;
        return self();
    }

    /**
     * Limits the bytes of messages that are pending for all sockets that are not logged in, and of the calls that run for closed
     * sockets. A further call is rejected with code -32000, {@code "Server is busy"}. A socket may use a quarter of the rest.
     * Default: 64 MiB. Must be positive.
     */
    public B maxUnauthenticatedBytes(long maxUnauthenticatedBytes) {
        checkArgument(
                maxUnauthenticatedBytes > 0, "maxUnauthenticatedBytes: %d (expected: > 0)", maxUnauthenticatedBytes);
        this.maxUnauthenticatedBytes = maxUnauthenticatedBytes;
        return self();
    }

    /**
     * Limits the bytes that all connections without HTTP together hold of messages that are not complete. A
     * connection whose message exceeds the limit is closed. The limit is at least twice {@code maxMessageBytes}.
     * Default: 256 MiB, or an eighth of the heap if that is less. Must be positive.
     */
    public B maxUnfinishedBytes(long maxUnfinishedBytes) {
        this.maxUnfinishedBytes = UnfinishedMessages.checkMaxBytes(maxUnfinishedBytes);
        return self();
    }

    final ServerOptions.Limits limits() {
        return new ServerOptions.Limits(
                maxDepth,
                maxBatch,
                maxSubscriptions,
                maxImplicitNamespaces,
                maxConnections,
                maxRequestsPerSecond,
                maxUnauthenticatedBytes,
                maxUnfinishedBytes);
    }
}
