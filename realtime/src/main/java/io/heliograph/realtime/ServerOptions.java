package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.realtime.server.ServerConfig;
import io.heliograph.transport.WebSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The options of a server about the protocol, most of them the original's.
 *
 * @param <B> the builder itself
 */
abstract class ServerOptions<B extends ServerOptions<B>> extends ServerLimits<B> {

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
    boolean batchOnHandshake;
    Duration batchOnHandshakeDuration = Duration.ofMillis(400);
    Duration batchInterval = Duration.ofMillis(50);
    RealtimeCodec codec = RealtimeCodec.json();
    Dispatch dispatch = Dispatch.virtual();
    Duration linger = Duration.ofSeconds(5);
    boolean compatible;
    Optional<WebSocketOptions.Compression> compression = Optional.empty();
    Function<List<String>, Optional<String>> handleProtocols =
            offered -> offered.stream().findFirst();

    ServerOptions() {}

    /** Default 2: 2 for pings that are empty messages, 1 for {@code #1} and {@code #2}. Both ends must have the same. */
    public B protocolVersion(int protocolVersion) {
        checkArgument(
                protocolVersion == 1 || protocolVersion == 2,
                "protocolVersion: %d (expected: 1 or 2)",
                protocolVersion);
        this.protocolVersion = protocolVersion;
        return self();
    }

    /** Default {@code /socketcluster/}: the path of the WebSocket, exactly. */
    public B path(String path) {
        checkArgument(path.startsWith("/"), "path: '%s' (expected: begins with /)", path);
        this.path = path;
        return self();
    }

    /** Default 8 s: how often a client is sent a ping, from the opening of the WebSocket on. Positive. */
    public B pingInterval(Duration pingInterval) {
        this.pingInterval = positive("pingInterval", pingInterval);
        return self();
    }

    /** Default 30 s: how long a client may be silent; then it is closed with 4001. Clients are told. Positive. */
    public B pingTimeout(Duration pingTimeout) {
        this.pingTimeout = positive("pingTimeout", pingTimeout);
        return self();
    }

    /** Default false: whether to send no pings and to wait for no pongs. Clients must be told so as well. */
    public B pingTimeoutDisabled(boolean pingTimeoutDisabled) {
        this.pingTimeoutDisabled = pingTimeoutDisabled;
        return self();
    }

    /** Default 10 s: how long after its WebSocket has opened a client may take to send {@code #handshake}. Positive. */
    public B handshakeTimeout(Duration handshakeTimeout) {
        this.handshakeTimeout = positive("handshakeTimeout", handshakeTimeout);
        return self();
    }

    /** Default true: whether a client that sends anything else before {@code #handshake} is closed with 4009. */
    public B strictHandshake(boolean strictHandshake) {
        this.strictHandshake = strictHandshake;
        return self();
    }

    /** Default 10 s: how long a client may take to answer a call. Positive. */
    public B ackTimeout(Duration ackTimeout) {
        this.ackTimeout = positive("ackTimeout", ackTimeout);
        return self();
    }

    /** Default true: whether clients may publish. */
    public B allowClientPublish(boolean allowClientPublish) {
        this.allowClientPublish = allowClientPublish;
        return self();
    }

    /** Default true: whether what middleware blocks is a {@code Failure} of the socket and a {@code Warning} of the server. */
    public B middlewareEmitFailures(boolean middlewareEmitFailures) {
        this.middlewareEmitFailures = middlewareEmitFailures;
        return self();
    }

    /** Default {@link StreamCleanup#KILL}: what becomes of the streams of a socket that has ended. */
    public B socketStreamCleanupMode(StreamCleanup socketStreamCleanupMode) {
        this.socketStreamCleanupMode = socketStreamCleanupMode;
        return self();
    }

    /** Default false: whether what is sent soon after the handshake is collected into batches. */
    public B batchOnHandshake(boolean batchOnHandshake) {
        this.batchOnHandshake = batchOnHandshake;
        return self();
    }

    /** Default 400 ms: for how long after the handshake. Positive. */
    public B batchOnHandshakeDuration(Duration batchOnHandshakeDuration) {
        this.batchOnHandshakeDuration = positive("batchOnHandshakeDuration", batchOnHandshakeDuration);
        return self();
    }

    /** Default 50 ms: how often a batch is sent while batching. Positive. */
    public B batchInterval(Duration batchInterval) {
        this.batchInterval = positive("batchInterval", batchInterval);
        return self();
    }

    /** Default JSON: how packets become messages. Both ends must have the same. */
    public B codec(RealtimeCodec codec) {
        this.codec = codec;
        return self();
    }

    /** Default {@link Dispatch#virtual()}: where listeners and middleware run. */
    public B dispatch(Dispatch dispatch) {
        this.dispatch = dispatch;
        return self();
    }

    /**
     * Default 5 s: how long a socket that is being closed may take to write what was accepted and to be closed by the client too;
     * then it is cut off. Zero or more.
     */
    public B linger(Duration linger) {
        this.linger = notNegative("linger", linger);
        return self();
    }

    /** Default none: compresses messages, where the client offers it. */
    public B perMessageDeflate(WebSocketOptions.Compression compression) {
        this.compression = Optional.of(compression);
        return self();
    }

    /**
     * Default the first: chooses among the sub-protocols that a client offers; not asked where there are none. Called on an event
     * loop, so it must not block.
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
                compatible);
    }

    final ServerConfig.Timing timing() {
        return new ServerConfig.Timing(
                pingInterval,
                pingTimeout,
                pingTimeoutDisabled,
                handshakeTimeout,
                ackTimeout,
                middlewareTimeout,
                linger);
    }

    final ServerConfig.Batching batching() {
        return new ServerConfig.Batching(batchOnHandshake, batchOnHandshakeDuration, batchInterval);
    }
}
