package io.heliograph.server;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.http.AllowedHosts;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.Origins;
import io.heliograph.realtime.spi.Tokens;
import io.heliograph.server.hub.DefaultHub;
import io.heliograph.server.hub.Grants;
import io.heliograph.server.hub.HubOptions;
import io.heliograph.server.hub.ListenerOptions;
import io.heliograph.tls.ServerTls;
import io.heliograph.transport.Transport;
import io.heliograph.web.WebServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Builder of a {@link Hub}. Not thread-safe. */
public final class HubBuilder {

    private static final int MIN_KEY_BYTES = 32;
    private static final HistoryLimits HISTORY = HistoryLimits.of(100, Duration.ofMinutes(5));

    private final List<ListenerOptions> listeners = new ArrayList<>();
    private @Nullable Supplier<? extends Engine> engine;
    private Function<? super String, HistoryLimits> history = channel -> HISTORY;
    private @Nullable Authority authority;
    private @Nullable PublicationFilter publicationFilter;
    private List<String> authKeys = List.of();
    private boolean weakKeys;
    private Duration authDefaultExpiry = Duration.ofDays(1);
    private Duration authClockSkew = Duration.ZERO;
    private boolean allowAnonymous;
    private @Nullable ServerTls tls;
    private Origins origins = Origins.sameOrigin();
    private AllowedHosts hosts = AllowedHosts.loopback();
    private Consumer<WebServer.Builder> web = builder -> {};
    private final Map<String, HttpHandler> pages = new LinkedHashMap<>();
    private boolean health = true;
    private List<ChannelPattern> presence = List.of();
    private Dispatch dispatch = Dispatch.virtual();
    private Duration callTimeout = Duration.ofSeconds(30);
    private Duration authorityTimeout = Duration.ofSeconds(5);
    private int maxActiveCalls = 1024;
    private int maxMessageBytes = 1 << 20;
    private @Nullable Transport transport;
    private boolean daemon;
    private boolean closeOnShutdown;
    private boolean reusePort;

    HubBuilder() {}

    /**
     * Adds a listener. Listeners for WebSocket with the same host and port share the port.
     *
     * @param url {@code ws://HOST:PORT/PATH}, {@code wss://…}, {@code unix:PATH}, {@code tcp://HOST:PORT} or {@code channel:NAME}, as the
     *     protocol allows; port 0 selects a free port
     * @throws IllegalArgumentException if the protocol has no such URL
     */
    public HubBuilder listen(String url, Protocol<?> protocol) {
        listeners.add(protocol.listener(url));
        return this;
    }

    /** Changes limits of the web servers of the hub, before each is built. Address, transport and certificate are the hub's. */
    public HubBuilder web(Consumer<? super WebServer.Builder> configuration) {
        this.web = web.andThen(configuration);
        return this;
    }

    /** Selects the engine, which the hub closes. Default: in memory, with the {@link #history}. */
    public HubBuilder engine(Engine engine) {
        this.engine = () -> engine;
        return this;
    }

    /** Selects the engine, which {@link #build} creates and the hub closes. Default: in memory, with the {@link #history}. */
    public HubBuilder engine(Supplier<? extends Engine> engine) {
        this.engine = engine;
        return this;
    }

    /**
     * Selects the limits of the history of each channel of the engine in memory. Default: 100 publications, 5 min, 64 MiB for all channels
     * together.
     */
    public HubBuilder history(Function<? super String, HistoryLimits> history) {
        this.history = history;
        return this;
    }

    /**
     * Selects the permissions. Default: a local principal may do everything; on a listener at a loopback address everyone may subscribe, publish
     * and call; on another listener everyone may subscribe, and authenticated principals may publish and call; the members of a channel are for
     * local and authenticated principals.
     */
    public HubBuilder authority(Authority authority) {
        this.authority = authority;
        return this;
    }

    /** Checks, and may replace, the data of each publication of a client. Default: none. */
    public HubBuilder publicationFilter(PublicationFilter publicationFilter) {
        this.publicationFilter = publicationFilter;
        return this;
    }

    /** Sets the grants in place of an {@link #authority}. Default: none; see {@link #authority} for the default permissions. */
    public HubBuilder permissions(Grant... grants) {
        for (Grant grant : grants) {
            checkArgument(!grant.principals().isEmpty(), "grant: '%s' (expected: with principals, by to)", grant);
        }
        this.authority = new Grants(List.of(grants));
        return this;
    }

    /**
     * Sets the keys of tokens: the first one signs, all verify. A key is a secret of at least 32 bytes, or a private key with its public key or
     * certificate, RSA or EC in PEM. Default: a random secret, with which all tokens end with the hub. {@link #build} checks the length.
     */
    public HubBuilder authKey(String... keys) {
        this.authKeys = List.of(keys);
        return this;
    }

    /** Accepts secrets of {@link #authKey} with fewer than 32 bytes: for tests only. Default: false. */
    public HubBuilder weakKeys(boolean weakKeys) {
        this.weakKeys = weakKeys;
        return this;
    }

    private void checkKeys() {
        for (String key : authKeys) {
            int length = key.getBytes(StandardCharsets.UTF_8).length;
            checkArgument(
                    weakKeys || Tokens.isPem(key) || length >= MIN_KEY_BYTES,
                    "authKey: %s bytes (expected: at least %s)",
                    length,
                    MIN_KEY_BYTES);
        }
    }

    /** Sets the lifetime of tokens without their own. Default: 1 day. Must be positive. */
    public HubBuilder authDefaultExpiry(Duration authDefaultExpiry) {
        this.authDefaultExpiry = positive("authDefaultExpiry", authDefaultExpiry);
        return this;
    }

    /** Tolerates a difference between clocks in the claims {@code exp} and {@code nbf}. Default: 0. Must not be negative. */
    public HubBuilder authClockSkew(Duration authClockSkew) {
        this.authClockSkew = notNegative("authClockSkew", authClockSkew);
        return this;
    }

    /**
     * Permits listeners on an address other than loopback although the hub has neither {@link #authority} nor {@link #authKey}. Default: false;
     * such a listener fails the start.
     */
    public HubBuilder allowAnonymous(boolean allowAnonymous) {
        this.allowAnonymous = allowAnonymous;
        return this;
    }

    /** Selects the certificate of the listeners with the scheme {@code wss}. Default: none. */
    public HubBuilder tls(ServerTls tls) {
        this.tls = tls;
        return this;
    }

    /**
     * Answers HTTP requests on the ports of the listeners for WebSocket, which receive the requests for a WebSocket.
     *
     * @param path a path such as {@code /time}, or a prefix such as {@code /pages/*}
     * @throws IllegalArgumentException if the path has a handler
     */
    public HubBuilder serve(String path, HttpHandler handler) {
        checkArgument(
                pages.putIfAbsent(path, handler) == null, "serve: '%s' has a handler (expected: another path)", path);
        return this;
    }

    /**
     * Selects whether the ports of the listeners for WebSocket answer {@code /healthz} and {@code /readyz} with 200 or 503: healthy unless an
     * event loop has been blocked for 10 s, ready while all listeners are open and the hub does not close. A page of {@link #serve} at such a
     * path takes precedence. Default: true.
     */
    public HubBuilder health(boolean health) {
        this.health = health;
        return this;
    }

    /** Selects the origins of web pages that may connect. Default: {@link Origins#sameOrigin()}. */
    public HubBuilder origins(Origins origins) {
        this.origins = origins;
        return this;
    }

    /** Selects further names that a request over a loopback address may have in {@code Host}; {@code *} for any. Default: none. */
    public HubBuilder hosts(String... names) {
        this.hosts = AllowedHosts.of(names);
        return this;
    }

    /** Selects the channels that have members: each subscriber is one, under its connection id and the name of its principal. Default: none. */
    public HubBuilder presence(String... patterns) {
        this.presence = Stream.of(patterns).map(ChannelPattern::of).toList();
        return this;
    }

    /** Selects where procedures and listeners run. Default: {@link Dispatch#virtual()}. */
    public HubBuilder dispatch(Dispatch dispatch) {
        this.dispatch = dispatch;
        return this;
    }

    /** Limits the time of a call; then the caller receives a {@code TimeoutError}. Default: 30 s. Must be positive. */
    public HubBuilder callTimeout(Duration callTimeout) {
        this.callTimeout = positive("callTimeout", callTimeout);
        return this;
    }

    /** Limits the time of a deferred decision; then the action is denied. Default: 5 s. Must be positive. */
    public HubBuilder authorityTimeout(Duration authorityTimeout) {
        this.authorityTimeout = positive("authorityTimeout", authorityTimeout);
        return this;
    }

    /**
     * Limits the calls of one connection that have started and not ended. The next messages of the connection wait at the limit. Default: 1024.
     * Must be positive.
     */
    public HubBuilder maxActiveCalls(int maxActiveCalls) {
        this.maxActiveCalls = positive("maxActiveCalls", maxActiveCalls);
        return this;
    }

    /** Limits the length of one message of every protocol, in bytes. Default: 1 MiB. Must be positive. */
    public HubBuilder maxMessageBytes(int maxMessageBytes) {
        this.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
        return this;
    }

    /** Selects the transport. Default: the transport that the endpoints of this process share. */
    public HubBuilder transport(Transport transport) {
        this.transport = transport;
        return this;
    }

    /** Selects whether the JVM may end while the hub is open. Default: false. */
    public HubBuilder daemon(boolean daemon) {
        this.daemon = daemon;
        return this;
    }

    /** Selects whether the end of the JVM closes the hub gracefully. Default: false. */
    public HubBuilder closeOnShutdown(boolean closeOnShutdown) {
        this.closeOnShutdown = closeOnShutdown;
        return this;
    }

    /**
     * Selects whether this hub takes over from one that drains, without a refused connection: both listen on the same ports at once if both have
     * this option and the same user, and the file of a Unix socket is replaced, so that new clients connect to this hub. Ports on Linux only;
     * elsewhere {@link Hub#start} fails. Default: false; a port or file of a live server fails the start.
     */
    public HubBuilder reusePort(boolean reusePort) {
        this.reusePort = reusePort;
        return this;
    }

    /**
     * Replaces options of a hub that runs, built by {@link #build}: authority or permissions, keys, certificate, origins, hosts, {@code callTimeout},
     * {@code authorityTimeout}, {@code maxActiveCalls} and {@code allowAnonymous}. Other options of this builder have no effect. Connections
     * stay open; subscriptions that are not allowed any more end within a second. Without keys or certificate the former ones remain. Limits
     * apply to new calls and connections. A certificate applies to new connections. Thread-safe for the hub.
     *
     * @throws IllegalArgumentException if an option is invalid, or a listener would be reachable from other machines without permissions; then
     *     nothing changes
     */
    public void reload(Hub hub) {
        checkKeys();
        DefaultHub running = (DefaultHub) hub;
        running.reload(options(running.engine()));
    }

    /**
     * Builds a hub, which does no I/O before its start.
     *
     * @throws IllegalStateException if an option contradicts another, such as a listener for {@code wss} without a certificate
     */
    public Hub build() {
        checkKeys();
        return new DefaultHub(options(engine == null ? Engine.inMemory(history) : engine.get()));
    }

    private HubOptions options(Engine engine) {
        return new HubOptions(
                List.copyOf(listeners),
                engine,
                authority,
                publicationFilter,
                authKeys,
                authDefaultExpiry,
                authClockSkew,
                allowAnonymous,
                tls,
                origins,
                hosts,
                Map.copyOf(pages),
                web,
                health,
                presence,
                dispatch,
                callTimeout,
                authorityTimeout,
                maxActiveCalls,
                maxMessageBytes,
                transport,
                daemon,
                closeOnShutdown,
                reusePort);
    }
}
