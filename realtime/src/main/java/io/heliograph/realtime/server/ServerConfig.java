package io.heliograph.realtime.server;

import io.heliograph.Dispatch;
import io.heliograph.Overflow;
import io.heliograph.exchange.Exchange;
import io.heliograph.http.Origins;
import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options of a server, as its builder hands them on. Immutable. */
public record ServerConfig(
        Dispatch dispatch, Protocol protocol, Timing timing, Batching batching, Limits limits, Auth auth, Web web) {

    /**
     * Options of the protocol.
     *
     * @param terminateOnClose whether closing the server disconnects its clients without a close frame
     */
    public record Protocol(
            int version,
            String path,
            RealtimeCodec codec,
            boolean strictHandshake,
            boolean allowClientPublish,
            boolean emitMiddlewareFailures,
            StreamCleanup streamCleanup,
            boolean terminateOnClose) {}

    /**
     * Intervals and time limits.
     *
     * @param pingTimeoutDisabled whether no pings are sent and no pongs expected
     * @param middleware time limit for a decision of middleware; zero for none
     */
    public record Timing(
            Duration pingInterval,
            Duration pingTimeout,
            boolean pingTimeoutDisabled,
            Duration handshakeTimeout,
            Duration ackTimeout,
            Duration middleware,
            Duration linger) {}

    /** Options of batches of outgoing packets. */
    public record Batching(boolean onHandshake, Duration onHandshakeDuration, Duration interval) {}

    /** Limits for each client, and for the number of clients. */
    public record Limits(
            int maxMessageBytes,
            int maxQueuedBytes,
            SlowConsumer slowConsumer,
            RateLimit messages,
            RateLimit bytes,
            int maxChannelNameBytes,
            int maxChannels,
            int maxPendingCalls,
            int maxPendingMessages,
            int maxBatchLength,
            int maxDepth,
            int maxPendingHandshakes,
            int maxConnections) {}

    /** Keys and algorithms of tokens. */
    public record Auth(
            @Nullable String key,
            @Nullable String privateKey,
            @Nullable String publicKey,
            @Nullable String algorithm,
            List<String> verifyAlgorithms,
            Duration defaultExpiry,
            @Nullable AuthEngine engine,
            boolean expireOnTime,
            InstantSource clock) {}

    /**
     * The web server and the exchange.
     *
     * @param server a shared web server, or null for one of this server's own with the host, port and TLS
     * @param exchange a shared exchange, or null for one of this server's own
     * @param transport the transport of a test, or null for the shared one
     */
    public record Web(
            @Nullable String host,
            int port,
            @Nullable Tls tls,
            @Nullable WebServer server,
            Origins origins,
            @Nullable Exchange exchange,
            @Nullable Transport transport,
            Optional<WebSocketOptions.Compression> compression,
            Function<List<String>, Optional<String>> handleProtocols) {}

    WebSocketOptions webSocketOptions() {
        Duration linger = timing.linger;
        WebSocketOptions webSocket = WebSocketOptions.defaults()
                .withMaxMessageBytes(limits.maxMessageBytes)
                .withQueue(limits.maxQueuedBytes, Overflow.CLOSE)
                .withCloseTimeout(linger.isZero() ? Duration.ofMillis(1) : linger);
        return web.compression.map(webSocket::withCompression).orElse(webSocket);
    }
}
