package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.count;
import static io.heliograph.server.config.ValueType.duration;
import static io.heliograph.server.config.ValueType.flag;
import static io.heliograph.server.config.ValueType.largeSize;
import static io.heliograph.server.config.ValueType.size;

import io.heliograph.rpc.RpcServer;
import java.time.Duration;
import java.util.List;

/** Options of listeners with the protocol rpc. */
final class RpcOptions {

    static final List<ListenerOption<RpcServer.Builder, ?>> ALL = new ListenerOptions<RpcServer.Builder>("rpc")
            .limit(
                    "max-connections",
                    count(1),
                    "10000",
                    "connections; further ones receive 503",
                    RpcServer.Builder::maxConnections)
            .limit(
                    "max-message-bytes",
                    size(1),
                    null,
                    "length of a message; a longer one closes the connection",
                    RpcServer.Builder::maxMessageBytes)
            .limit(
                    "max-queued-bytes",
                    size(1),
                    "1MiB",
                    "bytes queued for a connection; see slow-consumers",
                    RpcServer.Builder::maxQueuedBytes)
            .limit(
                    "max-pending-messages",
                    count(1),
                    "1024",
                    "calls of a connection without an answer; then reading pauses",
                    RpcServer.Builder::maxPendingMessages)
            .limit(
                    "max-requests-per-second",
                    count(0),
                    "50000",
                    "requests of a connection in a second; then reading pauses; 0 for no limit",
                    RpcServer.Builder::maxRequestsPerSecond)
            .limit("max-batch", count(1), "1000", "requests of a batch", RpcServer.Builder::maxBatch)
            .limit(
                    "max-subscriptions",
                    count(1),
                    "1000",
                    "subscriptions of a connection",
                    RpcServer.Builder::maxSubscriptions)
            .limit(
                    "max-implicit-namespaces",
                    count(1),
                    "1000",
                    "namespaces that clients create",
                    RpcServer.Builder::maxImplicitNamespaces)
            .limit(
                    "max-unauthenticated-bytes",
                    largeSize(1),
                    "64MiB",
                    "bytes of calls of all connections without a login",
                    RpcServer.Builder::maxUnauthenticatedBytes)
            .limit(
                    "max-unfinished-bytes",
                    largeSize(1),
                    "256MiB or an eighth of the heap",
                    "bytes of incomplete messages of all connections without HTTP",
                    RpcServer.Builder::maxUnfinishedBytes)
            .limit("max-depth", count(1), "1000", "nesting of a message", RpcServer.Builder::maxDepth)
            .option(
                    "ping-interval",
                    duration(Duration.ZERO),
                    "30s",
                    "interval of pings; 0s for none",
                    RpcServer.Builder::pingInterval)
            .option(
                    "implicit-namespaces",
                    flag(),
                    "true",
                    "whether clients may connect to paths below that of the listener",
                    RpcServer.Builder::implicitNamespaces)
            .option(
                    "message-pack-only",
                    flag(),
                    "false",
                    "whether messages in text are rejected",
                    RpcServer.Builder::messagePackOnly)
            .option(
                    "expose-errors",
                    flag(),
                    "false",
                    "whether clients receive the class and message of exceptions",
                    RpcServer.Builder::exposeErrors)
            .option(
                    "strict-notifications",
                    flag(),
                    "false",
                    "whether notifications never have an answer",
                    RpcServer.Builder::strictNotifications)
            .option(
                    "answer-falsy-ids",
                    flag(),
                    "false",
                    "whether requests with the ids 0, false and the empty text are answered",
                    RpcServer.Builder::answerFalsyIds)
            .option(
                    "revoke-subscriptions",
                    flag(),
                    "true",
                    "whether a logout ends subscriptions to protected events",
                    RpcServer.Builder::revokeSubscriptions)
            .linger(RpcServer.Builder::linger)
            .list();

    private RpcOptions() {}
}
