package io.heliograph.server.hub;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.exchange.BrokerState;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.Exchange;
import io.heliograph.http.Origins;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.spi.Tokens;
import io.heliograph.server.CallException;
import io.heliograph.server.Connection;
import io.heliograph.server.Disconnection;
import io.heliograph.server.HubAction;
import io.heliograph.server.Principal;
import io.heliograph.server.stats.EndCause;
import io.heliograph.transport.Transport;
import io.heliograph.web.WebServer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Parts of a hub that all connections share, as the bindings use them. Thread-safe. */
public final class HubCore {

    /** Time after which a hub without its engine is not ready. */
    static final Duration UNAVAILABLE_AFTER = Duration.ofSeconds(5);

    private volatile HubOptions options;
    private final ErrorNotifier errors;
    private final SerialExecutor events;
    private final Codec codec = Codec.named("json-base64");
    private final Exchange exchange;
    private final Access access;
    private final ProcedureRegistry procedures = new ProcedureRegistry();
    private final ManagementCommands managementCommands = new ManagementCommands();
    private final HubStatistics statistics = new HubStatistics(this);
    private final BuiltIns builtIns = new BuiltIns(this);
    private final Revocations revocations;
    private final WebServers webServers;
    private final Health health;
    private volatile boolean ready;

    /** Time at which the engine was first found disconnected; 0 while it is connected. */
    private final AtomicLong disconnectedAt = new AtomicLong();

    private final InstantSource clock;
    private final ConnectionIds ids = new ConnectionIds();
    private final Map<String, HubConnection> connections = new ConcurrentHashMap<>();
    private final Listeners<Consumer<? super Connection>> onConnection;
    private final Listeners<Consumer<? super Disconnection>> onDisconnection;
    private final Tokens tokens;
    private volatile @Nullable Transport transport;
    private volatile @Nullable HubDrain drain;

    HubCore(HubOptions options, ErrorNotifier errors, SerialExecutor events, InstantSource clock) {
        this.clock = clock;
        this.options = options;
        this.errors = errors;
        this.events = events;
        this.exchange = Exchange.builder()
                .codec(codec)
                .broker(options.engine().broker())
                .dispatch(options.dispatch())
                .maxMessageBytes(options.maxMessageBytes())
                .build();
        this.exchange.onError(this::report);
        this.access = new Access(
                options.authority(),
                options.authorityTimeout(),
                counters(),
                failure -> userCode("authority", null, failure));
        this.revocations = new Revocations(options.engine().control(), clock);
        this.health = new Health(this::isReady);
        this.webServers = new WebServers(this::options, options.health() ? health : null);
        this.tokens = Tokens.of(options.authKeys(), options.authDefaultExpiry(), options.authClockSkew(), clock);
        this.onConnection = new Listeners<>(failure -> userCode("connection listener", null, failure));
        this.onDisconnection = new Listeners<>(failure -> userCode("disconnection listener", null, failure));
    }

    public HubOptions options() {
        return options;
    }

    /** The origins of web pages that may connect now. */
    public Origins origins() {
        return Origins.changing(() -> options.origins());
    }

    /**
     * Takes over the options that can change, and decides about all subscriptions again.
     *
     * @throws IllegalArgumentException if a key is invalid; then nothing changes
     */
    void reload(HubOptions next) {
        if (!next.authKeys().isEmpty()) {
            try {
                tokens.replace(next.authKeys());
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException("authKey: " + invalid.getMessage(), invalid);
            }
        }
        options = next;
        access.replace(next.authority(), next.authorityTimeout());
        connections.values().forEach(HubConnection::recheck);
    }

    public Exchange exchange() {
        return exchange;
    }

    public Engine engine() {
        return options.engine();
    }

    /** The codec of the exchange. */
    public Codec codec() {
        return codec;
    }

    public Instant now() {
        return clock.instant();
    }

    /** Returns the tokens of all protocols. */
    public Tokens tokens() {
        return tokens;
    }

    /** Returns the transport of the hub. Event loop only, after the start. */
    public Transport transport() {
        Transport present = transport;
        if (present == null) {
            throw new IllegalStateException("the hub has not been started");
        }
        return present;
    }

    void transport(Transport transport) {
        this.transport = transport;
    }

    /**
     * Returns the web server of the host and port of a listener, which listeners share. It does not listen yet; the hub starts it after all
     * bindings.
     */
    public WebServer web(HubListener listener) {
        return webServers.get(listener.configuredUrl(), transport());
    }

    WebServers webServers() {
        return webServers;
    }

    Health health() {
        return health;
    }

    /** Whether all listeners are open, the hub neither drains nor closes, and the engine is not disconnected for {@link #UNAVAILABLE_AFTER}. */
    public boolean isReady() {
        return ready && isEngineAvailable();
    }

    private boolean isEngineAvailable() {
        if (options.engine().broker().state() != BrokerState.DISCONNECTED) {
            disconnectedAt.set(0);
            return true;
        }
        long now = System.nanoTime() | 1;
        disconnectedAt.compareAndSet(0, now);
        return now - disconnectedAt.get() < UNAVAILABLE_AFTER.toNanos();
    }

    /** Whether no event loop is blocked. */
    public boolean isHealthy() {
        return health.isHealthy(System.nanoTime());
    }

    void ready(boolean ready) {
        if (ready) {
            statistics.started();
        }
        this.ready = ready;
    }

    ProcedureRegistry procedures() {
        return procedures;
    }

    BuiltIns builtIns() {
        return builtIns;
    }

    public HubStatistics statistics() {
        return statistics;
    }

    HubCounters counters() {
        return statistics.counters();
    }

    /** The commands of operators. */
    public ManagementCommands managementCommands() {
        return managementCommands;
    }

    Access access() {
        return access;
    }

    Revocations revocations() {
        return revocations;
    }

    /** Returns the names of all procedures, without a decision about them. */
    public Collection<String> procedureNames() {
        return procedures.names();
    }

    boolean hasMembers(String channel) {
        for (ChannelPattern pattern : options.presence()) {
            if (pattern.matches(channel)) {
                return true;
            }
        }
        return false;
    }

    // ---- failures

    /** Reports a failure that has no caller. */
    public void report(Throwable failure) {
        errors.report(Failures.unwrap(failure));
    }

    /** Reports an exception of user code. */
    void userCode(String what, @Nullable String connection, Throwable failure) {
        errors.userCode(what, connection, failure);
    }

    // ---- connections

    /**
     * Adds a connection. On the event loop of the connection; {@link HubConnection#admit} must follow, and at the end {@link
     * HubConnection#closed}.
     *
     * @param remoteAddress remote address as text, for a Unix socket with the user and process of the peer
     * @param principal identity at the start, such as the user of a Unix socket
     */
    public HubConnection connect(HubListener listener, HubPeer peer, String remoteAddress, Principal principal) {
        while (true) {
            String id = ids.next(listener.protocol());
            HubConnection connection = new HubConnection(this, listener, peer, id, remoteAddress, principal);
            if (connections.putIfAbsent(id, connection) == null) {
                return connection;
            }
        }
    }

    /**
     * Creates a connection for one request, which is no part of the {@linkplain io.heliograph.server.Hub#connections connections} of the hub.
     * {@link HubConnection#closed} must follow.
     */
    public HubConnection request(HubListener listener, HubPeer peer, String remoteAddress, Principal principal) {
        String id = ids.next(listener.protocol());
        return new HubConnection(this, listener, peer, id, remoteAddress, principal);
    }

    /** Starts a drain. Connections that are accepted from now on are notified to it. */
    void drain(HubDrain started) {
        drain = started;
        started.start();
    }

    void connected(HubConnection connection) {
        HubDrain draining = drain;
        if (draining != null) {
            draining.connected(connection);
        }
        if (!onConnection.isEmpty()) {
            events.execute(() -> onConnection.emit((listener, open, none) -> listener.accept(open), connection, null));
        }
    }

    void disconnected(HubConnection connection, EndCause cause, String reason) {
        if (!connections.remove(connection.id(), connection)) {
            return;
        }
        counters().ended(connection.hubListener(), clock.instant(), cause, reason, connection::stats);
        HubDrain draining = drain;
        if (draining != null) {
            draining.disconnected(connection);
        }
        if (!onDisconnection.isEmpty()) {
            Disconnection event = new Disconnection(connection, reason);
            events.execute(() -> onDisconnection.emit((listener, end, none) -> listener.accept(end), event, null));
        }
    }

    Listeners<Consumer<? super Connection>> onConnection() {
        return onConnection;
    }

    Listeners<Consumer<? super Disconnection>> onDisconnection() {
        return onDisconnection;
    }

    Collection<HubConnection> connections() {
        return List.copyOf(connections.values());
    }

    @Nullable
    HubConnection connection(String id) {
        return connections.get(id);
    }

    // ---- identity

    /** Returns the principal of a client with verified certificates, its own first; anonymous without one. */
    public static Principal principalOf(List<X509Certificate> certificates) {
        return certificates.isEmpty() ? Principal.anonymous() : Principal.ofCertificate(certificates.getFirst());
    }

    /**
     * Verifies a token.
     *
     * @return fails with a {@link CallException}
     */
    public CompletableFuture<Principal> verify(String token) {
        try {
            Principal principal = accept(Principal.ofToken(tokens.verify(token)));
            counters().login(true);
            return CompletableFuture.completedFuture(principal);
        } catch (AuthTokenException invalid) {
            counters().login(false);
            return CompletableFuture.failedFuture(
                    HubErrors.invalidToken(invalid.errorName(), String.valueOf(invalid.getMessage())));
        } catch (CallException rejected) {
            counters().login(false);
            return CompletableFuture.failedFuture(rejected);
        }
    }

    /**
     * Accepts the principal of a token with a valid signature.
     *
     * @throws CallException if the token names no user, or is revoked
     */
    public Principal accept(Principal principal) {
        if (principal.name().isEmpty()) {
            throw HubErrors.invalidToken(
                    "AuthTokenError", "the token names no user (expected: the claim sub or username)");
        }
        if (isRevoked(principal)) {
            throw HubErrors.invalidToken("AuthTokenError", "the token is revoked");
        }
        return principal;
    }

    /** Whether the token of a principal is revoked. */
    public boolean isRevoked(Principal principal) {
        return revocations.contains(principal);
    }

    // ---- calls

    /** Runs a procedure on the threads of the hub. */
    void run(ActiveCall call, ProcedureRegistry.Registered target) {
        Executor executor = options.dispatch().executor();
        if (executor == null) {
            invoke(call, target);
            return;
        }
        try {
            executor.execute(() -> invoke(call, target));
        } catch (RejectedExecutionException rejected) {
            userCode("dispatch", call.connection().id(), rejected);
            call.complete(null, HubErrors.failed());
        }
    }

    private void invoke(ActiveCall call, ProcedureRegistry.Registered target) {
        Object argument;
        try {
            argument = target.bind(call.payload(), call);
        } catch (CodecException malformed) {
            call.complete(null, HubErrors.of(malformed));
            return;
        }
        try {
            Object result = target.run(argument, call);
            if (result instanceof CompletionStage<?> later) {
                later.whenComplete((value, failure) -> complete(call, value, failure));
            } else {
                call.complete(result, null);
            }
        } catch (Throwable failure) {
            complete(call, null, failure);
        }
    }

    private void complete(ActiveCall call, @Nullable Object value, @Nullable Throwable thrown) {
        if (thrown == null) {
            call.complete(value, null);
            return;
        }
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof CallException error) {
            call.complete(null, error);
        } else {
            userCode("procedure=" + call.procedure(), call.connection().id(), failure);
            call.complete(null, HubErrors.failed());
        }
    }

    /** Decides about all procedures for a connection, and returns the names of those that it may call now. */
    List<String> callable(HubConnection connection) {
        return procedures.names().stream()
                .filter(name -> isAllowedNow(connection.may(HubAction.CALL, name)))
                .toList();
    }

    static boolean isAllowedNow(CompletableFuture<Void> decision) {
        return decision.isDone() && !decision.isCompletedExceptionally();
    }
}
