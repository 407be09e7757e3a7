package io.heliograph.rpc.server;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.codec.Codec;
import io.heliograph.http.Origins;
import io.heliograph.rpc.Duplicates;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.SameId;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the builder of a server collects. */
public final class ServerOptions {

    public int port = -1;
    public String host = "0.0.0.0";

    public @Nullable Tls tls;

    public final List<Address> addresses = new ArrayList<>();

    public @Nullable Codec msgpack;

    public Origins origins = Origins.sameOrigin();
    public RpcCodec codec = RpcCodec.JSON;
    public boolean messagePackOnly;
    public Dispatch dispatch = Dispatch.virtual();
    public Duration linger = Duration.ofSeconds(5);
    public Duration pingInterval = Duration.ofSeconds(30);
    public boolean compression;
    public int maxMessageBytes = 1 << 20;
    public int maxQueuedBytes = 16 << 20;
    public int maxDepth = 1000;
    public int maxBatch = 1000;
    public int maxPendingRequests = 1024;
    public int maxSubscriptions = 1000;
    public int maxImplicitNamespaces = 1000;
    public boolean implicitNamespaces = true;
    public int maxConnections = 10_000;
    public int maxRequestsPerSecond = 50_000;
    public boolean exposeErrors;
    public boolean strictNotifications;
    public boolean answerFalsyIds;
    public boolean namespaceBroadcast;
    public Duplicates duplicates = Duplicates.PUBLIC;
    public SameId sameId = SameId.ALLOW;
    public int namespaceCloseCode;

    // Set by tests; otherwise the transport that the process shares, and any of its loops.
    public @Nullable Transport transport;

    public @Nullable EventLoop loop;

    public ServerOptions copy() {
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
        copy.maxImplicitNamespaces = maxImplicitNamespaces;
        copy.implicitNamespaces = implicitNamespaces;
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
