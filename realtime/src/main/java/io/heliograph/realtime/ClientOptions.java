package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Address;
import io.heliograph.http.HttpHeaders;
import io.heliograph.realtime.client.ClientConfig;
import io.heliograph.realtime.client.ClientUrl;
import io.heliograph.tls.ClientTls;
import io.heliograph.transport.EndpointBuilder;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.WebSocketOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Options of a client.
 *
 * @param <B> type of the builder itself
 */
abstract class ClientOptions<B extends ClientOptions<B>> extends EndpointBuilder<B> {

    private static final EndpointOptions DEFAULTS = EndpointOptions.DEFAULTS.withMaxMessageBytes(16 << 20);
    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

    final ClientUrl url;
    int protocolVersion = 2;
    boolean autoReconnect = true;
    AutoReconnectOptions autoReconnectOptions = AutoReconnectOptions.defaults();
    boolean autoSubscribeOnConnect = true;
    boolean recovery = true;
    Duration connectTimeout = Duration.ofSeconds(20);
    Duration ackTimeout = Duration.ofSeconds(10);
    boolean pingTimeoutDisabled;
    boolean batchOnHandshake;
    Duration batchOnHandshakeDuration = Duration.ofMillis(100);
    Duration batchInterval = Duration.ofMillis(50);

    @Nullable
    TokenStore givenTokenStore;

    TokenStore tokenStore = TokenStore.inMemory();

    @Nullable
    String authTokenName;

    RealtimeCodec codec = RealtimeCodec.json();
    String channelPrefix = "";
    Optional<ClientTls> tls = Optional.empty();
    HttpHeaders headers = HttpHeaders.empty();
    Optional<WebSocketOptions.Compression> compression = Optional.empty();
    String clientId = UUID.randomUUID().toString();
    int maxQueuedEvents = 10_000;
    int maxPendingCalls = 10_000;
    int maxChannels = 100_000;
    int maxDepth = 1000;
    int maxSentMessageBytes = 1 << 20;

    // Set by tests.
    RandomGenerator random = RandomGenerator.getDefault();

    @Nullable
    LongSupplier nanoTime;

    ClientOptions(URI url) {
        super(DEFAULTS);
        this.url = new ClientUrl(url);
    }

    ClientOptions(ClientConfig config) {
        super(config.endpoint());
        this.url = new ClientUrl(config.url());
        this.protocolVersion = config.protocolVersion();
        this.codec = config.codec();
        this.autoReconnect = config.autoReconnect();
        this.autoReconnectOptions = config.autoReconnectOptions();
        this.autoSubscribeOnConnect = config.autoSubscribeOnConnect();
        this.recovery = config.recovery();
        this.connectTimeout = config.connectTimeout();
        this.ackTimeout = config.ackTimeout();
        this.pingTimeoutDisabled = config.pingTimeoutDisabled();
        this.batchOnHandshake = config.batchOnHandshake();
        this.batchOnHandshakeDuration = config.batchOnHandshakeDuration();
        this.batchInterval = config.batchInterval();
        this.channelPrefix = config.channelPrefix();
        this.givenTokenStore = config.givenTokenStore();
        this.tokenStore = config.tokenStore();
        this.authTokenName = config.authTokenName();
        this.clientId = config.clientId();
        this.tls = config.tls();
        this.headers = config.headers();
        this.compression = config.compression();
        this.maxQueuedEvents = config.maxQueuedEvents();
        this.maxPendingCalls = config.maxPendingCalls();
        this.maxChannels = config.maxChannels();
        this.maxDepth = config.maxDepth();
        this.maxSentMessageBytes = config.maxSentMessageBytes();
        this.random = config.random();
        this.nanoTime = config.nanoTime();
    }

    /** Checks the options and returns them as an immutable record. */
    final ClientConfig config() {
        url.check();
        if (url.isSecure() && tls.isEmpty()) {
            tls = Optional.of(ClientTls.builder().load());
        }
        return new ClientConfig(
                new ClientUrl(url),
                protocolVersion,
                codec,
                autoReconnect,
                autoReconnectOptions,
                autoSubscribeOnConnect,
                recovery,
                connectTimeout,
                ackTimeout,
                pingTimeoutDisabled,
                batchOnHandshake,
                batchOnHandshakeDuration,
                batchInterval,
                channelPrefix,
                givenTokenStore,
                tokenStore,
                authTokenName,
                clientId,
                tls,
                headers,
                compression,
                maxQueuedEvents,
                maxPendingCalls,
                maxChannels,
                maxDepth,
                maxSentMessageBytes,
                endpointOptions(),
                random,
                nanoTime);
    }

    // ---- address

    /** Selects the host. Default: the host of the URL. */
    public B hostname(String hostname) {
        url.hostname(hostname);
        return self();
    }

    /** Selects the port. Default: the port of the URL, or 443 with TLS and 80 without. Must be 1 to 65535. */
    public B port(int port) {
        url.port(port);
        return self();
    }

    /** Selects host and port together, as {@code name:port}. Excludes {@link #hostname} and {@link #port}. */
    public B host(String host) {
        url.host(host);
        return self();
    }

    /** Selects TLS. Default: the scheme of the URL. */
    public B secure(boolean secure) {
        url.secure(secure);
        return self();
    }

    /** Selects the absolute path. Default: the path of the URL, or {@code /socketcluster/}. */
    public B path(String path) {
        url.path(path);
        return self();
    }

    /** Selects the scheme: {@code ws}, {@code wss}, {@code ws+unix} or {@code wss+unix}. Default: {@code ws} or {@code wss}. */
    public B protocolScheme(String protocolScheme) {
        url.scheme(protocolScheme);
        return self();
    }

    /** Selects a Unix domain socket instead of host and port. Default: none. */
    public B socketPath(Path socketPath) {
        url.socketPath(new Address.Unix(socketPath));
        return self();
    }

    /** Selects the query in form encoding, such as {@code a=1&b=x+y}. Default: the query of the URL. */
    public B query(String query) {
        url.query(query);
        return self();
    }

    /** Selects the query; a collection is a repeated parameter. Default: the query of the URL. */
    public B query(Map<String, ?> query) {
        url.query(query);
        return self();
    }

    /** Selects whether the query of each connection has the time in milliseconds, as {@link #timestampParam}. Default: false. */
    public B timestampRequests(boolean timestampRequests) {
        url.timestampRequests = timestampRequests;
        return self();
    }

    /** Selects the name of the time in the query. Default: {@code t}. */
    public B timestampParam(String timestampParam) {
        url.timestampParam = timestampParam;
        return self();
    }

    /** Selects the TLS configuration of {@code wss}. Default: the certificate authorities that the JDK trusts. */
    public B tls(ClientTls tls) {
        this.tls = Optional.of(tls);
        return self();
    }

    /** Adds header fields to the WebSocket request. Default: none. */
    public B headers(HttpHeaders headers) {
        this.headers = headers;
        return self();
    }

    /** Offers permessage-deflate. Default: no compression. */
    public B compression(WebSocketOptions.Compression compression) {
        this.compression = Optional.of(compression);
        return self();
    }

    // ---- the protocol

    /** Selects the protocol version of the server. Default: 2. Must be 1 or 2. */
    public B protocolVersion(int protocolVersion) {
        checkArgument(
                protocolVersion == 1 || protocolVersion == 2,
                "protocolVersion: %d (expected: 1 or 2)",
                protocolVersion);
        this.protocolVersion = protocolVersion;
        return self();
    }

    /** Selects the packet codec of the server. Default: {@link RealtimeCodec#json()}. */
    public B codec(RealtimeCodec codec) {
        this.codec = codec;
        return self();
    }

    /** Selects whether the client reconnects. Default: true. */
    public B autoReconnect(boolean autoReconnect) {
        this.autoReconnect = autoReconnect;
        return self();
    }

    /** Selects the delays of reconnection. Default: {@link AutoReconnectOptions#defaults()}. */
    public B autoReconnectOptions(AutoReconnectOptions autoReconnectOptions) {
        this.autoReconnectOptions = autoReconnectOptions;
        return self();
    }

    /** Selects whether pending channels are subscribed as soon as the client is connected. Default: true. */
    public B autoSubscribeOnConnect(boolean autoSubscribeOnConnect) {
        this.autoSubscribeOnConnect = autoSubscribeOnConnect;
        return self();
    }

    /**
     * Selects whether the client recovers: missed publications after a lost connection, and publications whose outcome is unknown. Has
     * no effect on a server without this extension of the protocol, which every server of the address must have or lack. Without
     * recovery, all packets are those of the original client. Default: true.
     */
    public B recovery(boolean recovery) {
        this.recovery = recovery;
        return self();
    }

    /**
     * Limits the time until the WebSocket is open, and then until the response of the handshake or a ping. Default: 20 s. Must be positive, at
     * most 2147483647 ms.
     */
    public B connectTimeout(Duration connectTimeout) {
        this.connectTimeout = timeout("connectTimeout", connectTimeout);
        return self();
    }

    /**
     * Limits the time of a response, from the call, and the time that an event waits for a connection. Default: 10 s. Must be positive, at
     * most 2147483647 ms.
     */
    public B ackTimeout(Duration ackTimeout) {
        this.ackTimeout = timeout("ackTimeout", ackTimeout);
        return self();
    }

    /** Disables the ping time-out, for a server that sends no pings. Default: false. */
    public B pingTimeoutDisabled(boolean pingTimeoutDisabled) {
        this.pingTimeoutDisabled = pingTimeoutDisabled;
        return self();
    }

    /** Selects batches for the first {@code batchOnHandshakeDuration} of a connection. Default: false. */
    public B batchOnHandshake(boolean batchOnHandshake) {
        this.batchOnHandshake = batchOnHandshake;
        return self();
    }

    /** Limits the time of batches after the handshake. Default: 100 ms. Must be positive. */
    public B batchOnHandshakeDuration(Duration batchOnHandshakeDuration) {
        this.batchOnHandshakeDuration = positive("batchOnHandshakeDuration", batchOnHandshakeDuration);
        return self();
    }

    /** Selects the interval of batches. Default: 50 ms. Must be positive. */
    public B batchInterval(Duration batchInterval) {
        this.batchInterval = positive("batchInterval", batchInterval);
        return self();
    }

    /** Selects the prefix of channel names on the wire; names in the API have no prefix. Default: none. */
    public B channelPrefix(String channelPrefix) {
        this.channelPrefix = channelPrefix;
        return self();
    }

    /** Selects the store of the token. Default: {@link TokenStore#inMemory()}, one per client. */
    public B tokenStore(TokenStore tokenStore) {
        this.givenTokenStore = tokenStore;
        this.tokenStore = tokenStore;
        return self();
    }

    /** Selects the name of the token in its store. Default: {@code socketcluster.authToken.} with host and port. */
    public B authTokenName(String authTokenName) {
        this.authTokenName = authTokenName;
        return self();
    }

    /** Selects the informational name of the client, which is not sent. Default: a random UUID. */
    public B clientId(String clientId) {
        this.clientId = clientId;
        return self();
    }

    // ---- limits

    /**
     * Limits the length of a received message, decompressed. A server that sends a longer message is disconnected. Default: 16 MiB. Must be positive.
     */
    @Override
    public B maxMessageBytes(int maxMessageBytes) {
        return super.maxMessageBytes(maxMessageBytes);
    }

    /**
     * Limits the length of a sent message; a longer event or request is rejected, and a longer response is replaced by an error. A server
     * closes the connection for a message beyond its own limit. Default: 1 MiB, the default limit of a server of this library. Must be
     * positive.
     */
    public B maxSentMessageBytes(int maxSentMessageBytes) {
        this.maxSentMessageBytes = positive("maxSentMessageBytes", maxSentMessageBytes);
        return self();
    }

    /**
     * Limits the bytes that wait for a connection or for transmission. A message beyond the limit is rejected. Default: 16 MiB. Must be
     * positive.
     */
    @Override
    public B maxQueuedBytes(int maxQueuedBytes) {
        return super.maxQueuedBytes(maxQueuedBytes);
    }

    /** Limits the events that wait for a connection; further events are rejected. Default: 10,000. Must be positive. */
    public B maxQueuedEvents(int maxQueuedEvents) {
        this.maxQueuedEvents = positive("maxQueuedEvents", maxQueuedEvents);
        return self();
    }

    /**
     * Limits the pending calls, beyond which further calls fail, and the unanswered requests of the server, beyond which reading pauses.
     * Default: 10,000. Must be positive.
     */
    public B maxPendingCalls(int maxPendingCalls) {
        this.maxPendingCalls = positive("maxPendingCalls", maxPendingCalls);
        return self();
    }

    /** Limits the channels of the client. Default: 100,000. Must be positive. */
    public B maxChannels(int maxChannels) {
        this.maxChannels = positive("maxChannels", maxChannels);
        return self();
    }

    /** Limits the nesting of arrays and objects in a received message. Default: 1000. Must be positive. */
    public B maxDepth(int maxDepth) {
        this.maxDepth = positive("maxDepth", maxDepth);
        return self();
    }

    B random(RandomGenerator random) {
        this.random = random;
        return self();
    }

    B nanoTime(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        return self();
    }

    private static Duration timeout(String name, Duration value) {
        positive(name, value);
        checkArgument(value.compareTo(LONGEST) <= 0, "%s: %s (expected: at most 2147483647 ms)", name, value);
        return value;
    }
}
