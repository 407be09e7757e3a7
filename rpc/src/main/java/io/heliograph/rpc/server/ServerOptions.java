package io.heliograph.rpc.server;

import io.heliograph.Address;
import io.heliograph.Overflow;
import io.heliograph.codec.Codec;
import io.heliograph.http.AllowedHosts;
import io.heliograph.http.Origins;
import io.heliograph.rpc.Duplicates;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.SameId;
import io.heliograph.tls.ServerTls;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options of a server, as its builder collects them. Immutable. */
public record ServerOptions(EndpointOptions endpoint, Binding binding, Limits limits, Protocol protocol) {

    /**
     * Addresses and WebSocket options.
     *
     * @param port -1 for none
     * @param addresses addresses without HTTP
     * @param web another's web server that passes on requests for {@code webPath}, or null
     * @param basePath beginning of all paths of WebSockets, not part of the namespace; may be empty
     */
    public record Binding(
            int port,
            String host,
            @Nullable ServerTls tls,
            List<Address> addresses,
            @Nullable WebServer web,
            String webPath,
            String basePath,
            Origins origins,
            AllowedHosts allowedHosts,
            Duration pingInterval,
            Overflow slowConsumer,
            WebSocketOptions.@Nullable Compression compression,
            boolean reusePort) {

        public Binding {
            addresses = List.copyOf(addresses);
        }
    }

    /** Limits other than those of all endpoints. */
    public record Limits(
            int maxDepth,
            int maxBatch,
            int maxSubscriptions,
            int maxImplicitNamespaces,
            int maxConnections,
            int maxRequestsPerSecond,
            long maxUnauthenticatedBytes,
            long maxUnfinishedBytes) {}

    /** Variants of the protocol. */
    public record Protocol(
            RpcCodec codec,
            @Nullable Codec msgpack,
            boolean messagePackOnly,
            boolean implicitNamespaces,
            boolean exposeErrors,
            boolean strictNotifications,
            boolean answerFalsyIds,
            boolean namespaceBroadcast,
            boolean revokeSubscriptions,
            Duplicates duplicates,
            SameId sameId,
            int namespaceCloseCode) {}
}
