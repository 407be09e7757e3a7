package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.http.HttpHeaders;
import io.heliograph.realtime.client.ClientConfig;
import io.heliograph.realtime.client.ClientUrl;
import io.heliograph.tls.ClientTls;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
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
 * The options of a client.
 *
 * @param <B> the builder itself
 */
abstract class ClientOptions<B extends ClientOptions<B>> {

    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

    final ClientUrl url;
    int protocolVersion = 2;
    boolean autoReconnect = true;
    AutoReconnectOptions autoReconnectOptions = AutoReconnectOptions.defaults();
    boolean autoSubscribeOnConnect = true;
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
    Optional<Tls> tls = Optional.empty();
    HttpHeaders headers = HttpHeaders.empty();
    Optional<WebSocketOptions.Compression> compression = Optional.empty();
    String clientId = UUID.randomUUID().toString();
    Dispatch dispatch = Dispatch.virtual();
    Duration linger = Duration.ofSeconds(5);
    int maxMessageBytes = 16 << 20;
    int maxQueuedBytes = 16 << 20;
    int maxQueuedEvents = 10_000;
    int maxPendingCalls = 10_000;
    int maxPendingMessages = 1024;
    int maxChannels = 100_000;
    int maxDepth = 1000;

    // Set by tests; otherwise the transport that the process shares, its next loop, and chance.
    @Nullable
    Transport transport;

    @Nullable
    EventLoop loop;

    RandomGenerator random = RandomGenerator.getDefault();

    @Nullable
    LongSupplier nanoTime;

    ClientOptions(URI url) {
        this.url = new ClientUrl(url);
    }

    ClientOptions(ClientConfig config) {
        this.url = new ClientUrl(config.url());
        this.protocolVersion = config.protocolVersion();
        this.codec = config.codec();
        this.autoReconnect = config.autoReconnect();
        this.autoReconnectOptions = config.autoReconnectOptions();
        this.autoSubscribeOnConnect = config.autoSubscribeOnConnect();
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
        this.dispatch = config.dispatch();
        this.linger = config.linger();
        this.maxMessageBytes = config.maxMessageBytes();
        this.maxQueuedBytes = config.maxQueuedBytes();
        this.maxQueuedEvents = config.maxQueuedEvents();
        this.maxPendingCalls = config.maxPendingCalls();
        this.maxPendingMessages = config.maxPendingMessages();
        this.maxChannels = config.maxChannels();
        this.maxDepth = config.maxDepth();
        this.transport = config.transport();
        this.loop = config.loop();
        this.random = config.random();
        this.nanoTime = config.nanoTime();
    }

    /** Checks the options, and returns them as they are now. */
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
                dispatch,
                linger,
                maxMessageBytes,
                maxQueuedBytes,
                maxQueuedEvents,
                maxPendingCalls,
                maxPendingMessages,
                maxChannels,
                maxDepth,
                transport,
                loop,
                random,
                nanoTime);
    }

    // ---- where

    /** Default from the URL: the name of the host. */
    public B hostname(String hostname) {
        url.hostname(hostname);
        return self();
    }

    /** Default from the URL, or else 443 when {@link #secure} and 80 when not. 1 to 65535. */
    public B port(int port) {
        url.port(port);
        return self();
    }

    /** In place of {@link #hostname} and {@link #port}: both, as {@code name:port}. */
    public B host(String host) {
        url.host(host);
        return self();
    }

    /** Default from the URL: whether to use TLS. */
    public B secure(boolean secure) {
        url.secure(secure);
        return self();
    }

    /** Default from the URL, or else {@code /socketcluster/}: the path, from the root. */
    public B path(String path) {
        url.path(path);
        return self();
    }

    /** Default {@code ws} or {@code wss}: the scheme, one of these or {@code ws+unix} or {@code wss+unix}. */
    public B protocolScheme(String protocolScheme) {
        url.scheme(protocolScheme);
        return self();
    }

    /** Default none: the socket file to connect to in place of a host and port. */
    public B socketPath(Path socketPath) {
        url.socketPath(new Address.Unix(socketPath));
        return self();
    }

    /** Default from the URL: the query, in form encoding, such as {@code a=1&b=x+y}. */
    public B query(String query) {
        url.query(query);
        return self();
    }

    /** Default from the URL: the query; a value that is a collection is repeated. */
    public B query(Map<String, ?> query) {
        url.query(query);
        return self();
    }

    /** Default false: whether each connection's query has the time, in milliseconds, as {@link #timestampParam}. */
    public B timestampRequests(boolean timestampRequests) {
        url.timestampRequests = timestampRequests;
        return self();
    }

    /** Default {@code t}: the name of the time in the query. */
    public B timestampParam(String timestampParam) {
        url.timestampParam = timestampParam;
        return self();
    }

    /**
     * Default, for {@code wss}, {@link ClientTls} with the authorities that the JDK trusts: how connections are encrypted. Not
     * used for {@code ws}.
     */
    public B tls(Tls tls) {
        this.tls = Optional.of(tls);
        return self();
    }

    /** Default none: further header fields of the request for a WebSocket. */
    public B headers(HttpHeaders headers) {
        this.headers = headers;
        return self();
    }

    /** Default none: offers permessage-deflate. */
    public B perMessageDeflate(WebSocketOptions.Compression compression) {
        this.compression = Optional.of(compression);
        return self();
    }

    // ---- the protocol

    /** Default 2: the version of the protocol, 1 or 2, which must be the server's. */
    public B protocolVersion(int protocolVersion) {
        checkArgument(
                protocolVersion == 1 || protocolVersion == 2,
                "protocolVersion: %d (expected: 1 or 2)",
                protocolVersion);
        this.protocolVersion = protocolVersion;
        return self();
    }

    /** Default {@link RealtimeCodec#json()}: how packets become messages, which must be the server's way. */
    public B codec(RealtimeCodec codec) {
        this.codec = codec;
        return self();
    }

    /** Default true: whether a connection that ended is replaced. */
    public B autoReconnect(boolean autoReconnect) {
        this.autoReconnect = autoReconnect;
        return self();
    }

    /** Default {@link AutoReconnectOptions#defaults()}: how long to wait before connecting again. */
    public B autoReconnectOptions(AutoReconnectOptions autoReconnectOptions) {
        this.autoReconnectOptions = autoReconnectOptions;
        return self();
    }

    /** Default true: whether pending channels are subscribed to as soon as a connection is open. */
    public B autoSubscribeOnConnect(boolean autoSubscribeOnConnect) {
        this.autoSubscribeOnConnect = autoSubscribeOnConnect;
        return self();
    }

    /**
     * Default 20 s: how long it may take until the WebSocket is open, and then until the handshake's answer unless a ping comes.
     * More than zero, at most 2147483647 ms.
     */
    public B connectTimeout(Duration connectTimeout) {
        this.connectTimeout = timeout("connectTimeout", connectTimeout);
        return self();
    }

    /**
     * Default 10 s: how long a response may take, counted from the call, and how long what is sent may wait for a connection.
     * More than zero, at most 2147483647 ms.
     */
    public B ackTimeout(Duration ackTimeout) {
        this.ackTimeout = timeout("ackTimeout", ackTimeout);
        return self();
    }

    /** Default false: whether a server that sends no pings is put up with. */
    public B pingTimeoutDisabled(boolean pingTimeoutDisabled) {
        this.pingTimeoutDisabled = pingTimeoutDisabled;
        return self();
    }

    /** Default false: whether what is sent in the first {@code batchOnHandshakeDuration} of a connection is sent in batches. */
    public B batchOnHandshake(boolean batchOnHandshake) {
        this.batchOnHandshake = batchOnHandshake;
        return self();
    }

    /** Default 100 ms. More than zero. */
    public B batchOnHandshakeDuration(Duration batchOnHandshakeDuration) {
        this.batchOnHandshakeDuration = positive("batchOnHandshakeDuration", batchOnHandshakeDuration);
        return self();
    }

    /** Default 50 ms: how often a batch is sent. More than zero. */
    public B batchInterval(Duration batchInterval) {
        this.batchInterval = positive("batchInterval", batchInterval);
        return self();
    }

    /** Default none: what the names of channels begin with on the wire, and not in this API. */
    public B channelPrefix(String channelPrefix) {
        this.channelPrefix = channelPrefix;
        return self();
    }

    /** Default {@link TokenStore#inMemory()}, one for each client built: where the token is kept. */
    public B tokenStore(TokenStore tokenStore) {
        this.givenTokenStore = tokenStore;
        this.tokenStore = tokenStore;
        return self();
    }

    /** Default {@code socketcluster.authToken.} and the host with its port: the name of the token in its store. */
    public B authTokenName(String authTokenName) {
        this.authTokenName = authTokenName;
        return self();
    }

    /** Default a random UUID: a name for this client, which is not sent. */
    public B clientId(String clientId) {
        this.clientId = clientId;
        return self();
    }

    // ---- the house

    /** Default {@link Dispatch#virtual()}: where listeners run. */
    public B dispatch(Dispatch dispatch) {
        this.dispatch = dispatch;
        return self();
    }

    /** Default 5 s: how long {@link RealtimeClient#close} may take to write what was accepted and to end the connection. */
    public B linger(Duration linger) {
        this.linger = notNegative("linger", linger);
        return self();
    }

    /** Default 16 MiB: the longest message, decompressed; a server that sends a longer one is disconnected. 1 or more. */
    public B maxMessageBytes(int maxMessageBytes) {
        this.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
        return self();
    }

    /**
     * Default 16 MiB: how many bytes may wait for a connection or to be written; what is sent beyond is refused. 1 or more.
     */
    public B maxQueuedBytes(int maxQueuedBytes) {
        this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
        return self();
    }

    /** Default 10,000: how many events may wait for a connection; what is sent beyond is refused. 1 or more. */
    public B maxQueuedEvents(int maxQueuedEvents) {
        this.maxQueuedEvents = positive("maxQueuedEvents", maxQueuedEvents);
        return self();
    }

    /** Default 10,000: how many calls may wait for their responses; further ones fail. 1 or more. */
    public B maxPendingCalls(int maxPendingCalls) {
        this.maxPendingCalls = positive("maxPendingCalls", maxPendingCalls);
        return self();
    }

    /**
     * Default 1024: how many received messages may wait for listeners, and how many elements a stream holds; then reading stops,
     * and the server has to wait. 1 or more.
     */
    public B maxPendingMessages(int maxPendingMessages) {
        this.maxPendingMessages = positive("maxPendingMessages", maxPendingMessages);
        return self();
    }

    /** Default 100,000: how many channels the client may subscribe to. 1 or more. */
    public B maxChannels(int maxChannels) {
        this.maxChannels = positive("maxChannels", maxChannels);
        return self();
    }

    /** Default 1000: how deep arrays and objects may be nested in a received message. 1 or more. */
    public B maxDepth(int maxDepth) {
        this.maxDepth = positive("maxDepth", maxDepth);
        return self();
    }

    B transport(Transport transport, EventLoop loop) {
        this.transport = transport;
        this.loop = loop;
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

    @SuppressWarnings("unchecked") // what B is for
    private B self() {
        return (B) this;
    }
}
