package io.heliograph.realtime;

import io.heliograph.Dispatch;
import io.heliograph.Overflow;
import io.heliograph.transport.WebSocketOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The options of a server as its sockets use them, taken when it is built. */
final class ServerConfig {

    final int protocolVersion;
    final String path;
    final SocketTimes.Patience patience;

    /** What clients are told. */
    final long pingTimeoutMillis;

    final boolean strictHandshake;
    final Duration ackTimeout;
    final boolean allowClientPublish;
    final boolean middlewareEmitFailures;
    final StreamCleanup cleanup;
    final boolean batchOnHandshake;
    final Duration batchOnHandshakeDuration;
    final Duration batchInterval;
    final Dispatch dispatch;
    final Duration linger;
    final boolean terminateOnClose;
    final Function<List<String>, Optional<String>> handleProtocols;
    final WebSocketOptions webSocket;
    final int maxQueuedBytes;
    final SlowConsumer slowConsumers;
    final RateLimit messages;
    final RateLimit bytes;
    final int maxChannelNameBytes;
    final int socketChannelLimit;
    final int maxPendingCalls;
    final int maxPendingMessages;
    final int maxBatchLength;
    final int maxPendingHandshakes;
    final int maxConnections;
    final Duration middlewareTimeout;
    final boolean expireTokensOnTime;
    final InstantSource clock;

    ServerConfig(ServerOptions<?> options) {
        protocolVersion = options.protocolVersion;
        path = options.path;
        patience = new SocketTimes.Patience(
                options.pingInterval,
                options.pingTimeoutDisabled ? Duration.ZERO : options.pingTimeout,
                options.handshakeTimeout);
        pingTimeoutMillis = options.pingTimeout.toMillis();
        strictHandshake = options.strictHandshake;
        ackTimeout = options.ackTimeout;
        allowClientPublish = options.allowClientPublish;
        middlewareEmitFailures = options.middlewareEmitFailures;
        cleanup = options.socketStreamCleanupMode;
        batchOnHandshake = options.batchOnHandshake;
        batchOnHandshakeDuration = options.batchOnHandshakeDuration;
        batchInterval = options.batchInterval;
        dispatch = options.dispatch;
        linger = options.linger;
        terminateOnClose = options.compatible;
        handleProtocols = options.handleProtocols;
        maxQueuedBytes = options.maxQueuedBytes;
        slowConsumers = options.slowConsumers;
        webSocket = webSocket(options);
        messages = RateLimit.of(options.maxMessagesPerSecond, options.maxMessageBurst);
        bytes = RateLimit.of(options.maxBytesPerSecond, options.maxByteBurst);
        maxChannelNameBytes = options.maxChannelNameBytes;
        socketChannelLimit = options.socketChannelLimit;
        maxPendingCalls = options.maxPendingCalls;
        maxPendingMessages = options.maxPendingMessages;
        maxBatchLength = options.maxBatchLength;
        maxPendingHandshakes = options.maxPendingHandshakes;
        maxConnections = options.maxConnections;
        middlewareTimeout = options.middlewareTimeout;
        expireTokensOnTime = options.expireTokensOnTime;
        clock = options.clock;
    }

    private static WebSocketOptions webSocket(ServerOptions<?> options) {
        WebSocketOptions webSocket = WebSocketOptions.defaults()
                .withMaxMessageBytes(options.maxPayload)
                .withQueue(options.maxQueuedBytes, Overflow.CLOSE)
                .withCloseTimeout(options.linger.isZero() ? Duration.ofMillis(1) : options.linger);
        return options.compression.map(webSocket::withCompression).orElse(webSocket);
    }
}
