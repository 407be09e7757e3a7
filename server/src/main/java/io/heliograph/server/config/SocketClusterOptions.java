package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.byteRate;
import static io.heliograph.server.config.ValueType.choice;
import static io.heliograph.server.config.ValueType.count;
import static io.heliograph.server.config.ValueType.duration;
import static io.heliograph.server.config.ValueType.flag;
import static io.heliograph.server.config.ValueType.largeSize;
import static io.heliograph.server.config.ValueType.positiveDuration;
import static io.heliograph.server.config.ValueType.rate;
import static io.heliograph.server.config.ValueType.size;

import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.realtime.StreamCleanup;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options of listeners with the protocol socketcluster. */
final class SocketClusterOptions {

    private static final Map<String, Integer> ONE_OR_TWO = new LinkedHashMap<>();
    private static final Map<String, RealtimeCodec> CODECS = new LinkedHashMap<>();

    static {
        ONE_OR_TWO.put("1", 1);
        ONE_OR_TWO.put("2", 2);
        CODECS.put("json", RealtimeCodec.json());
        CODECS.put("min-bin", RealtimeCodec.minBin());
    }

    static final List<ListenerOption<RealtimeServer.Builder, ?>> ALL = new ListenerOptions<RealtimeServer.Builder>(
                    "socketcluster")
            .limit(
                    "max-connections",
                    count(1),
                    "100000",
                    "connections; further upgrades receive 503",
                    RealtimeServer.Builder::maxConnections)
            .limit(
                    "max-pending-handshakes",
                    count(1),
                    "10000",
                    "connections without a handshake; further upgrades receive 503",
                    RealtimeServer.Builder::maxPendingHandshakes)
            .limit(
                    "max-message-bytes",
                    size(1),
                    null,
                    "length of a received message; a longer one closes the connection",
                    RealtimeServer.Builder::maxMessageBytes)
            .limit(
                    "max-sent-message-bytes",
                    size(1),
                    "16MiB",
                    "length of a sent message; a longer one is rejected",
                    RealtimeServer.Builder::maxSentMessageBytes)
            .limit(
                    "max-queued-bytes",
                    size(1),
                    "1MiB",
                    "bytes queued for a connection; see slow-consumer",
                    RealtimeServer.Builder::maxQueuedBytes)
            .limit(
                    "max-channel-name-bytes",
                    count(1),
                    "1024",
                    "length of the name of a channel, in UTF-8",
                    RealtimeServer.Builder::maxChannelNameBytes)
            .limit(
                    "max-event-name-bytes",
                    count(1),
                    "1024",
                    "length of the name of an event or procedure, in UTF-8",
                    RealtimeServer.Builder::maxEventNameBytes)
            .limit(
                    "socket-channel-limit",
                    count(0),
                    "1000",
                    "subscriptions of a connection; 0 for no limit",
                    RealtimeServer.Builder::socketChannelLimit)
            .limit(
                    "max-pending-calls",
                    count(1),
                    "10000",
                    "calls to a client that it has not answered",
                    RealtimeServer.Builder::maxPendingCalls)
            .limit(
                    "max-pending-requests",
                    count(1),
                    "10000",
                    "requests of a client without an answer; then reading pauses",
                    RealtimeServer.Builder::maxPendingRequests)
            .limit(
                    "max-pending-messages",
                    count(1),
                    "1024",
                    "packets of a connection that wait; then reading pauses",
                    RealtimeServer.Builder::maxPendingMessages)
            .limit(
                    "max-unauthenticated-bytes",
                    largeSize(1),
                    "64MiB",
                    "bytes of requests and messages of all clients without a login",
                    RealtimeServer.Builder::maxUnauthenticatedBytes)
            .limit(
                    "max-batch-length",
                    count(1),
                    "10000",
                    "packets of a batch; a longer one closes the connection",
                    RealtimeServer.Builder::maxBatchLength)
            .limit(
                    "max-messages-per-second",
                    rate(),
                    "2000/20000",
                    "messages of a connection in a second, and at once; more closes the connection",
                    (builder, rate) -> builder.maxMessagesPerSecond(rate.each(), rate.burst()))
            .limit(
                    "max-bytes-per-second",
                    byteRate(),
                    "8MiB/32MiB",
                    "bytes of a connection in a second, and at once; more closes the connection",
                    (builder, rate) -> builder.maxBytesPerSecond(rate.each(), rate.burst()))
            .limit("max-depth", count(1), "1000", "nesting of a message", RealtimeServer.Builder::maxDepth)
            .option(
                    "ping-interval",
                    positiveDuration(),
                    "8s",
                    "interval of pings",
                    RealtimeServer.Builder::pingInterval)
            .limit(
                    "ping-timeout",
                    positiveDuration(),
                    "30s",
                    "silence of a client; then it is disconnected",
                    RealtimeServer.Builder::pingTimeout)
            .option(
                    "ping-timeout-disabled",
                    flag(),
                    "false",
                    "whether there are neither pings nor a ping timeout",
                    RealtimeServer.Builder::pingTimeoutDisabled)
            .limit(
                    "handshake-timeout",
                    positiveDuration(),
                    "10s",
                    "time from the WebSocket to the handshake",
                    RealtimeServer.Builder::handshakeTimeout)
            .limit(
                    "ack-timeout",
                    positiveDuration(),
                    "10s",
                    "time for the response of a client to a call",
                    RealtimeServer.Builder::ackTimeout)
            .limit(
                    "middleware-timeout",
                    duration(Duration.ZERO),
                    "30s",
                    "time for a decision of middleware; 0s for no limit",
                    RealtimeServer.Builder::middlewareTimeout)
            .option(
                    "strict-handshake",
                    flag(),
                    "true",
                    "whether a packet before the handshake closes the connection",
                    RealtimeServer.Builder::strictHandshake)
            .option(
                    "allow-client-publish",
                    flag(),
                    "true",
                    "whether clients may publish",
                    RealtimeServer.Builder::allowClientPublish)
            .option(
                    "expire-tokens-on-time",
                    flag(),
                    "true",
                    "whether a token ends when it expires, not at the next packet",
                    RealtimeServer.Builder::expireTokensOnTime)
            .option(
                    "recheck-subscriptions",
                    flag(),
                    "true",
                    "whether subscriptions are checked again when a login changes",
                    RealtimeServer.Builder::recheckSubscriptions)
            .option(
                    "reject-unknown-procedures",
                    flag(),
                    "false",
                    "whether a call of an unknown procedure fails at once",
                    RealtimeServer.Builder::rejectUnknownProcedures)
            .option(
                    "batch-on-handshake",
                    flag(),
                    "false",
                    "whether packets are sent in batches after the handshake",
                    RealtimeServer.Builder::batchOnHandshake)
            .option(
                    "batch-on-handshake-duration",
                    positiveDuration(),
                    "400ms",
                    "duration of batches after the handshake",
                    RealtimeServer.Builder::batchOnHandshakeDuration)
            .option(
                    "batch-interval",
                    positiveDuration(),
                    "50ms",
                    "interval of batches",
                    RealtimeServer.Builder::batchInterval)
            .option(
                    "protocol-version",
                    choice(ONE_OR_TWO),
                    "2",
                    "version of the protocol, which clients must share",
                    RealtimeServer.Builder::protocolVersion)
            .option(
                    "codec",
                    choice(CODECS),
                    "json",
                    "encoding of packets, which clients must share",
                    RealtimeServer.Builder::codec)
            .option(
                    "slow-consumer",
                    choice(SlowConsumer.class),
                    "close",
                    "policy when max-queued-bytes is reached",
                    RealtimeServer.Builder::slowConsumer)
            .option(
                    "socket-stream-cleanup-mode",
                    choice(StreamCleanup.class),
                    "close",
                    "streams of a closed connection",
                    RealtimeServer.Builder::socketStreamCleanupMode)
            .linger(RealtimeServer.Builder::linger)
            .list();

    private SocketClusterOptions() {}
}
