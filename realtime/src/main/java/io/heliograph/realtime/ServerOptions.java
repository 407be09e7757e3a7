package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.realtime.server.ServerConfig;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.WebSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Protocol options of a server, most of them the original's.
 *
 * @param <B> the type of the builder
 */
abstract class ServerOptions<B extends ServerOptions<B>> extends ServerLimits<B> {

    private static final EndpointOptions DEFAULTS = EndpointOptions.DEFAULTS.withMaxQueuedBytes(1 << 20);

    int protocolVersion = 2;
    String path = "/socketcluster/";
    Duration pingInterval = Duration.ofSeconds(8);
    Duration pingTimeout = Duration.ofSeconds(30);
    boolean pingTimeoutDisabled;
    Duration handshakeTimeout = Duration.ofSeconds(10);
    boolean strictHandshake = true;
    Duration ackTimeout = Duration.ofSeconds(10);
    boolean allowClientPublish = true;
    boolean middlewareEmitFailures = true;
    StreamCleanup socketStreamCleanupMode = StreamCleanup.KILL;
    boolean rejectUnknownProcedures;
    boolean batchOnHandshake;
    Duration batchOnHandshakeDuration = Duration.ofMillis(400);
    Duration batchInterval = Duration.ofMillis(50);
    RealtimeCodec codec = RealtimeCodec.json();
    boolean compatible;
    Optional<WebSocketOptions.Compression> compression = Optional.empty();
    Function<List<String>, Optional<String>> handleProtocols =
            offered -> offered.stream().findFirst();

    ServerOptions() {
        super(DEFAULTS);
    }

    /** Selects the protocol version: 2 for empty messages as pings, 1 for {@code #1} and {@code #2}. Must equal that of the clients. Default: 2. */
    public B protocolVersion(int protocolVersion) {
        checkArgument(
                protocolVersion == 1 || protocolVersion == 2,
                "protocolVersion: %d (expected: 1 or 2)",
                protocolVersion);
        this.protocolVersion = protocolVersion;
        return self();
    }

    /** Sets the exact path of the WebSocket. Default: {@code /socketcluster/}. */
    public B path(String path) {
        checkArgument(path.startsWith("/"), "path: '%s' (expected: a path from the root)", path);
        this.path = path;
        return self();
    }

    /** Sets the interval of pings, which begin when the WebSocket opens. Default: 8 s. Must be positive. */
    public B pingInterval(Duration pingInterval) {
        this.pingInterval = positive("pingInterval", pingInterval);
        return self();
    }

    /** Limits the silence of a client; then it is disconnected with 4001. Sent to clients. Default: 30 s. Must be positive. */
    public B pingTimeout(Duration pingTimeout) {
        this.pingTimeout = positive("pingTimeout", pingTimeout);
        return self();
    }

    /** Disables pings and the ping timeout. Clients must disable them too. Default: false. */
    public B pingTimeoutDisabled(boolean pingTimeoutDisabled) {
        this.pingTimeoutDisabled = pingTimeoutDisabled;
        return self();
    }

    /** Limits the time from the opening of the WebSocket to {@code #handshake}. Default: 10 s. Must be positive. */
    public B handshakeTimeout(Duration handshakeTimeout) {
        this.handshakeTimeout = positive("handshakeTimeout", handshakeTimeout);
        return self();
    }

    /** Disconnects a client with 4009 if it sends another packet before {@code #handshake}. Default: true. */
    public B strictHandshake(boolean strictHandshake) {
        this.strictHandshake = strictHandshake;
        return self();
    }

    /** Limits the time for a client's response to a call. Default: 10 s. Must be positive. */
    public B ackTimeout(Duration ackTimeout) {
        this.ackTimeout = positive("ackTimeout", ackTimeout);
        return self();
    }

    /** Permits clients to publish. Default: true. */
    public B allowClientPublish(boolean allowClientPublish) {
        this.allowClientPublish = allowClientPublish;
        return self();
    }

    /** Reports blocked actions as {@code Failure} of the socket and {@code Warning} of the server. Default: true. */
    public B middlewareEmitFailures(boolean middlewareEmitFailures) {
        this.middlewareEmitFailures = middlewareEmitFailures;
        return self();
    }

    /** Selects the treatment of the streams of a closed connection. Default: {@link StreamCleanup#KILL}. */
    public B socketStreamCleanupMode(StreamCleanup socketStreamCleanupMode) {
        this.socketStreamCleanupMode = socketStreamCleanupMode;
        return self();
    }

    /**
     * Fails a request without a procedure at once, with the error {@code ProcedureNotFoundError}; otherwise, as in the original, the
     * request is not answered. Default: false.
     */
    public B rejectUnknownProcedures(boolean rejectUnknownProcedures) {
        this.rejectUnknownProcedures = rejectUnknownProcedures;
        return self();
    }

    /** Collects outgoing packets into batches after the handshake. Default: false. */
    public B batchOnHandshake(boolean batchOnHandshake) {
        this.batchOnHandshake = batchOnHandshake;
        return self();
    }

    /** Sets the duration of batching after the handshake. Default: 400 ms. Must be positive. */
    public B batchOnHandshakeDuration(Duration batchOnHandshakeDuration) {
        this.batchOnHandshakeDuration = positive("batchOnHandshakeDuration", batchOnHandshakeDuration);
        return self();
    }

    /** Sets the interval of batches while batching. Default: 50 ms. Must be positive. */
    public B batchInterval(Duration batchInterval) {
        this.batchInterval = positive("batchInterval", batchInterval);
        return self();
    }

    /** Selects the encoding of packets, which must equal that of the clients. Default: JSON. */
    public B codec(RealtimeCodec codec) {
        this.codec = codec;
        return self();
    }

    /** Enables permessage-deflate for clients that offer it. Default: none. */
    public B compression(WebSocketOptions.Compression compression) {
        this.compression = Optional.of(compression);
        return self();
    }

    /**
     * Selects one of the subprotocols that a client offers. Called on an event loop and must not block; not called without an offer.
     * Default: the first.
     */
    public B handleProtocols(Function<List<String>, Optional<String>> handleProtocols) {
        this.handleProtocols = handleProtocols;
        return self();
    }

    final ServerConfig.Protocol protocol() {
        return new ServerConfig.Protocol(
                protocolVersion,
                path,
                codec,
                strictHandshake,
                allowClientPublish,
                middlewareEmitFailures,
                socketStreamCleanupMode,
                rejectUnknownProcedures,
                compatible);
    }

    final ServerConfig.Timing timing() {
        return new ServerConfig.Timing(
                pingInterval, pingTimeout, pingTimeoutDisabled, handshakeTimeout, ackTimeout, middlewareTimeout);
    }

    final ServerConfig.Batching batching() {
        return new ServerConfig.Batching(batchOnHandshake, batchOnHandshakeDuration, batchInterval);
    }
}
