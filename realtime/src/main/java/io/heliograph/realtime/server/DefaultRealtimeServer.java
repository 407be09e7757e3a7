package io.heliograph.realtime.server;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.PendingBudget;
import io.heliograph.endpoint.Refusals;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.SubscriberException;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.Origins;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.PendingAction;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.ServerProtocolException;
import io.heliograph.realtime.Streams;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.session.SessionSettings;
import io.heliograph.realtime.spi.RealtimeBackend;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.WebSocketOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server: shared state of its connections, and the public API. Thread-safe. */
public final class DefaultRealtimeServer implements RealtimeServer {

    static final Logger log = LoggerFactory.getLogger(RealtimeServer.class);

    final ServerConfig config;
    final WebSocketOptions webSocket;
    final ConnectionTimers.Timeouts timeouts;
    final PacketCodec packets;
    final SessionSettings settings;
    final Frame ping;
    final Frame pong;

    /** Encoding of publications; one instance, so that each publication is encoded once. */
    final Encoding encoding = this::encode;

    /** Encoding of publications with their position. */
    final Encoding positioned = this::encodePositioned;

    final Counters counters = new Counters();
    final ConnectionRegistry registry = new ConnectionRegistry();
    final FailureLog failures = new FailureLog(log);
    final PendingBudget budget;
    private final Refusals refusals = new Refusals(failures, counters);
    final Middlewares middlewares;
    final EndpointLifecycle lifecycle;
    final ServerEvents events;
    final Listeners<Runnable> closeListeners =
            new Listeners<>(failure -> failures.userCode("listener=close", null, failure));
    final ServerAuth auth;
    final @Nullable RealtimeBackend backend;

    private final ServerRole role;
    private final boolean ownExchange;
    private final Exchange exchange;
    private final Map<EventLoop, LoopContext> loops = new ConcurrentHashMap<>();

    public DefaultRealtimeServer(ServerConfig config, @Nullable RealtimeBackend backend) {
        this.config = config;
        this.backend = backend;
        this.webSocket = config.webSocketOptions();
        this.timeouts = new ConnectionTimers.Timeouts(
                config.timing().pingInterval(),
                config.timing().pingTimeoutDisabled()
                        ? Duration.ZERO
                        : config.timing().pingTimeout(),
                config.timing().handshakeTimeout());
        this.packets = PacketCodec.of(
                config.protocol().codec(),
                config.limits().maxDepth(),
                true,
                config.limits().maxSentMessageBytes());
        this.settings = new SessionSettings(
                config.endpoint().dispatch(),
                config.timing().ackTimeout(),
                config.batching().interval(),
                config.limits().maxPendingCalls(),
                config.endpoint().maxPendingMessages(),
                2L * config.endpoint().maxMessageBytes(),
                config.protocol().rejectUnknownProcedures());
        this.ping = Frame.utf8(config.protocol().version() == 1 ? "#1" : "").asText();
        this.pong = Frame.utf8(config.protocol().version() == 1 ? "#2" : "").asText();
        this.middlewares =
                new Middlewares(config.endpoint().dispatch(), config.timing().middleware(), failures);
        this.budget = new PendingBudget(config.limits().maxUnauthenticatedBytes());
        this.auth = new ServerAuth(config.auth(), failures);
        this.role = new ServerRole(this);
        this.lifecycle = new EndpointLifecycle(
                role, EndpointLifecycle.Restart.NEVER, RealtimeServer.class.getName(), config.endpoint(), counters);
        this.events = new ServerEvents(executor(), config.endpoint().maxPendingMessages(), failures);
        Exchange shared = config.web().exchange();
        this.ownExchange = shared == null;
        this.exchange = shared == null ? newExchange() : shared;
        lifecycle.errors().on(failure -> events.deliver(new ServerEvent.Failure(failure), executor(), null));
        exchange.onError(this::exchangeFailed);
    }

    SerialExecutor executor() {
        return lifecycle.executor();
    }

    private Exchange newExchange() {
        Exchange.Builder builder = Exchange.builder()
                .codec(packets.codec())
                .dispatch(config.endpoint().dispatch())
                .maxMessageBytes(config.endpoint().maxMessageBytes())
                .maxChannelBytes(config.limits().maxChannelNameBytes());
        if (config.web().history() != null) {
            builder.history(config.web().history());
        }
        return builder.build();
    }

    private Frame encode(Publication publication) {
        return packets.publication(nameOf(publication.channel()), payload(publication));
    }

    private Frame encodePositioned(Publication publication) {
        return packets.publication(
                nameOf(publication.channel()),
                payload(publication),
                publication.position().toString());
    }

    /** Returns the name of the protocol for a channel of the exchange. */
    String nameOf(String channel) {
        return backend == null ? channel : backend.nameOf(channel);
    }

    /** Returns the channel of the exchange for a name of the protocol. */
    String channel(String name) {
        return backend == null ? name : backend.channel(name);
    }

    void closeOwnExchange() {
        if (ownExchange) {
            exchange.close();
        }
    }

    /** Returns the data of a publication, possibly absent. */
    Payload payload(Publication publication) {
        return publication.hasData() ? publication.data(packets.codec()) : packets.absent;
    }

    LoopContext context(EventLoop loop) {
        return loops.computeIfAbsent(loop, key -> new LoopContext(key, packets, counters, timeouts.shortest()));
    }

    // ---- events

    /** Reports a failure of the exchange, which logs those of listeners; logs the others. */
    private void exchangeFailed(Throwable failure) {
        if (!(failure instanceof SubscriberException)) {
            failures.unreported(failure);
        }
        warn(failure);
    }

    /** Reports a failure that does not belong to a connection. */
    void warn(Throwable warning) {
        warn(warning, null);
    }

    /** Reports a failure of a request that does not belong to a connection. */
    void warn(Throwable warning, @Nullable HttpRequest request) {
        events.emit(new ServerEvent.Warning(warning, null, request));
    }

    /** Reports an upgrade that was refused for its origin, and logs it. */
    void refused(ServerProtocolException error, HttpRequest request) {
        refusals.refused(
                DropReason.ORIGIN_REFUSED,
                request.peer(),
                Origins.origin(request).orElse("none"));
        warn(error, request);
    }

    /** Counts and reports that a limit rejected a connection. */
    void dropped(DropReason reason) {
        counters.drop(reason, 1);
        events.emit(new ServerEvent.Dropped(null, reason, 1));
        failures.expected(
                "limit " + reason, "Limit exceeded: connection rejected reason=" + reason + " server=" + this);
    }

    // ---- RealtimeServer

    @Override
    public CompletableFuture<Void> listen() {
        return lifecycle.listen();
    }

    @Override
    public boolean isReady() {
        return role.isReady();
    }

    boolean isClosing() {
        return lifecycle.isClosing();
    }

    @Override
    public Address address() {
        return role.web().address();
    }

    @Override
    public String path() {
        return config.protocol().path();
    }

    @Override
    public int protocolVersion() {
        return config.protocol().version();
    }

    @Override
    public Exchange exchange() {
        return exchange;
    }

    @Override
    public Collection<RealtimeSocket> connections() {
        return registry.open();
    }

    @Override
    public Optional<RealtimeSocket> connection(String id) {
        return registry.open(id);
    }

    @Override
    public int connectionCount() {
        return registry.openCount();
    }

    @Override
    public Collection<RealtimeSocket> pendingConnections() {
        return registry.pending();
    }

    @Override
    public int pendingConnectionCount() {
        return registry.pendingCount();
    }

    @Override
    public <A extends Action> void middleware(Class<A> kind, Middleware<A> middleware) {
        middlewares.add(kind, middleware);
    }

    @Override
    public <A extends Action> EventStream<PendingAction<A>> actions(Class<A> kind) {
        return middlewares.stream(kind);
    }

    @Override
    public void removeMiddleware(Class<? extends Action> kind) {
        middlewares.remove(ActionKind.of(kind));
    }

    @Override
    public boolean hasMiddleware(Class<? extends Action> kind) {
        return middlewares.has(ActionKind.of(kind));
    }

    @Override
    public void setAuthKey(String authKey) {
        auth.setAuthKey(authKey);
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return closeListeners.on(listener);
    }

    @Override
    public <T extends ServerEvent> Subscription on(Class<T> kind, Consumer<? super T> listener) {
        return events.source().on(kind, listener);
    }

    @Override
    public <T extends ServerEvent> Subscription once(Class<T> kind, Consumer<? super T> listener) {
        return events.source().once(kind, listener);
    }

    @Override
    public <T extends ServerEvent> EventStream<T> stream(Class<T> kind) {
        return events.source().stream(kind);
    }

    @Override
    public Streams listeners() {
        return events.source().listeners();
    }

    @Override
    public void close() {
        lifecycle.close(config.endpoint().linger());
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return lifecycle.closeGracefully(notNegative("timeout", timeout));
    }

    @Override
    public CompletableFuture<Void> closed() {
        return lifecycle.closed();
    }

    @Override
    public EndpointStats stats() {
        return counters.read(registry.queuedBytes());
    }

    @Override
    public String toString() {
        return "RealtimeServer[" + config.protocol().path() + "]";
    }
}
