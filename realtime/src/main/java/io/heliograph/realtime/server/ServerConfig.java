package io.heliograph.realtime.server;

import io.heliograph.Overflow;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.http.Origins;
import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Options of a server. Immutable.
 *
 * @param endpoint options that all endpoints share
 */
public record ServerConfig(
        EndpointOptions endpoint,
        Protocol protocol,
        Timing timing,
        Batching batching,
        Limits limits,
        Auth auth,
        Web web) {

    /**
     * Options of the protocol.
     *
     * @param rejectUnknownProcedures whether a request without a procedure is failed at once
     * @param terminateOnClose whether {@code close()} of the server disconnects clients without a close frame
     */
    public record Protocol(
            int version,
            String path,
            RealtimeCodec codec,
            boolean strictHandshake,
            boolean allowClientPublish,
            boolean emitMiddlewareFailures,
            StreamCleanup streamCleanup,
            boolean rejectUnknownProcedures,
            boolean terminateOnClose) {}

    /**
     * Intervals and time limits.
     *
     * @param pingTimeoutDisabled whether no pings are sent and no pongs expected
     * @param middleware time limit of a decision; zero for no limit
     */
    public record Timing(
            Duration pingInterval,
            Duration pingTimeout,
            boolean pingTimeoutDisabled,
            Duration handshakeTimeout,
            Duration ackTimeout,
            Duration middleware) {}

    /** Options of batches of outgoing packets. */
    public record Batching(boolean onHandshake, Duration onHandshakeDuration, Duration interval) {}

    /** Limits for each client, and for the number of clients. */
    public record Limits(
            SlowConsumer slowConsumer,
            RateLimit messages,
            RateLimit bytes,
            int maxChannelNameBytes,
            int maxEventNameBytes,
            int maxChannels,
            int maxPendingCalls,
            int maxBatchLength,
            int maxDepth,
            int maxSentMessageBytes,
            int maxPendingRequests,
            long maxUnauthenticatedBytes,
            int maxPendingHandshakes,
            int maxConnections) {}

    /**
     * Keys and algorithms of tokens.
     *
     * @param clockSkew tolerated difference between the clocks of servers
     * @param recheckSubscriptions whether middleware decides about subscriptions again when rights end
     */
    public record Auth(
            @Nullable String key,
            @Nullable String privateKey,
            @Nullable String publicKey,
            @Nullable String algorithm,
            List<String> verifyAlgorithms,
            Duration defaultExpiry,
            @Nullable AuthEngine engine,
            boolean expireOnTime,
            Duration clockSkew,
            boolean recheckSubscriptions,
            InstantSource clock) {}

    /**
     * Web server and exchange.
     *
     * @param server the shared web server, or null for an own web server with the host, port and TLS
     * @param exchange the shared exchange, or null for an own exchange
     * @param history limits of the history of each channel of an own exchange; null for no history
     */
    public record Web(
            String host,
            int port,
            @Nullable Tls tls,
            @Nullable WebServer server,
            Origins origins,
            List<String> allowedHosts,
            @Nullable Exchange exchange,
            @Nullable Function<? super String, HistoryLimits> history,
            Optional<WebSocketOptions.Compression> compression,
            Function<List<String>, Optional<String>> handleProtocols) {}

    WebSocketOptions webSocketOptions() {
        Duration linger = endpoint.linger();
        WebSocketOptions webSocket = WebSocketOptions.defaults()
                .withMaxMessageBytes(endpoint.maxMessageBytes())
                .withQueue(endpoint.maxQueuedBytes(), Overflow.CLOSE)
                .withCloseTimeout(linger.isZero() ? Duration.ofMillis(1) : linger);
        return web.compression.map(webSocket::withCompression).orElse(webSocket);
    }
}
