package io.heliograph.rpc;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.codec.Codec;
import io.heliograph.http.Origins;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the builder of a server collects. */
final class ServerOptions {

    int port = -1;
    String host = "0.0.0.0";

    @Nullable
    Tls tls;

    final List<Address> addresses = new ArrayList<>();

    @Nullable
    Codec msgpack;

    Origins origins = Origins.sameOrigin();
    RpcCodec codec = RpcCodec.JSON;
    boolean messagePackOnly;
    Dispatch dispatch = Dispatch.virtual();
    Duration linger = Duration.ofSeconds(5);
    Duration pingInterval = Duration.ofSeconds(30);
    boolean compression;
    int maxMessageBytes = 1 << 20;
    int maxQueuedBytes = 16 << 20;
    int maxDepth = 1000;
    int maxBatch = 1000;
    int maxPendingRequests = 1024;
    int maxSubscriptions = 1000;
    int maxStrangeNamespaces = 1000;
    boolean strangeNamespaces = true;
    int maxConnections = 10_000;
    int maxRequestsPerSecond = 50_000;
    boolean exposeErrors;
    boolean strictNotifications;
    boolean answerFalsyIds;
    boolean namespaceBroadcast;
    Duplicates duplicates = Duplicates.PUBLIC;
    SameId sameId = SameId.ALLOW;
    int namespaceCloseCode;

    // Set by tests; otherwise the transport that the process shares, and any of its loops.
    @Nullable
    Transport transport;

    @Nullable
    EventLoop loop;

    ServerOptions copy() {
        ServerOptions copy = new ServerOptions();
        copy.port = port;
        copy.host = host;
        copy.tls = tls;
        copy.addresses.addAll(addresses);
        copy.msgpack = msgpack;
        copy.origins = origins;
        copy.codec = codec;
        copy.messagePackOnly = messagePackOnly;
        copy.dispatch = dispatch;
        copy.linger = linger;
        copy.pingInterval = pingInterval;
        copy.compression = compression;
        copy.maxMessageBytes = maxMessageBytes;
        copy.maxQueuedBytes = maxQueuedBytes;
        copy.maxDepth = maxDepth;
        copy.maxBatch = maxBatch;
        copy.maxPendingRequests = maxPendingRequests;
        copy.maxSubscriptions = maxSubscriptions;
        copy.maxStrangeNamespaces = maxStrangeNamespaces;
        copy.strangeNamespaces = strangeNamespaces;
        copy.maxConnections = maxConnections;
        copy.maxRequestsPerSecond = maxRequestsPerSecond;
        copy.exposeErrors = exposeErrors;
        copy.strictNotifications = strictNotifications;
        copy.answerFalsyIds = answerFalsyIds;
        copy.namespaceBroadcast = namespaceBroadcast;
        copy.duplicates = duplicates;
        copy.sameId = sameId;
        copy.namespaceCloseCode = namespaceCloseCode;
        copy.transport = transport;
        copy.loop = loop;
        return copy;
    }
}
