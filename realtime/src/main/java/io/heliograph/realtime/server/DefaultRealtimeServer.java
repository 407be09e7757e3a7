package io.heliograph.realtime.server;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.PendingAction;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.Streams;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.session.PeerSession;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.WebSocketOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server: what its sockets share, and what users see of it. */
public final class DefaultRealtimeServer implements RealtimeServer {

    static final Logger log = LoggerFactory.getLogger(RealtimeServer.class);

    final ServerConfig config;
    final WebSocketOptions webSocket;
    final ConnectionTimers.Patience patience;
    final PacketCodec packets;
    final PeerSession.Settings settings;
    final Frame ping;
    final Frame pong;

    /** How publications are written; one object, so that each is written once. */
    final Encoding encoding = this::encode;

    final Middlewares middlewares;
    final ServerEvents events;
    final ServerCounters counters = new ServerCounters();
    final ServerAuth auth;
    final ConnectionRegistry registry = new ConnectionRegistry();
    final Listeners<Runnable> closeListeners = new Listeners<>(this::warn);

    private final SerialExecutor executor;
    private final ServerLifecycle life;
    private final Exchange exchange;
    private final Map<EventLoop, ServerLoop> loops = new ConcurrentHashMap<>();

    public DefaultRealtimeServer(ServerConfig config) {
        this.config = config;
        this.webSocket = config.webSocketOptions();
        this.patience = new ConnectionTimers.Patience(
                config.timing().pingInterval(),
                config.timing().pingTimeoutDisabled()
                        ? Duration.ZERO
                        : config.timing().pingTimeout(),
                config.timing().handshakeTimeout());
        this.packets = PacketCodec.of(config.protocol().codec(), config.limits().maxDepth(), true);
        this.settings = new PeerSession.Settings(
                config.dispatch(),
                config.timing().ackTimeout(),
                config.batching().interval(),
                config.limits().maxPendingCalls(),
                config.limits().maxPendingMessages());
        this.ping = Frame.utf8(config.protocol().version() == 1 ? "#1" : "").asText();
        this.pong = Frame.utf8(config.protocol().version() == 1 ? "#2" : "").asText();
        this.middlewares = new Middlewares(config.dispatch(), config.timing().middleware());
        this.auth = new ServerAuth(config.auth());
        Executor userExecutor = config.dispatch().executor();
        this.executor = new SerialExecutor(
                userExecutor == null ? Objects.requireNonNull(Dispatch.virtual().executor()) : userExecutor);
        this.events = new ServerEvents(executor, config.limits().maxPendingMessages());
        Exchange shared = config.web().exchange();
        this.exchange = shared == null ? ownExchange() : shared;
        this.life = new ServerLifecycle(
                this, executor, new UpgradeHandler(this, config.web().origins()));
        exchange.onError(this::warn);
    }

    private Exchange ownExchange() {
        return Exchange.builder()
                .codec(packets.codec())
                .dispatch(config.dispatch())
                .maxChannelBytes(config.limits().maxChannelNameBytes())
                .build();
    }

    private Frame encode(Publication publication) {
        return packets.publication(publication.channel(), payload(publication));
    }

    /** What was published; absent if it came without data. */
    Payload payload(Publication publication) {
        return publication.hasData() ? publication.data() : packets.absent;
    }

    ServerLoop home(EventLoop loop) {
        return loops.computeIfAbsent(loop, each -> new ServerLoop(each, packets));
    }

    // ---- events

    /** Tells of something that went wrong and is about no socket. Any thread. */
    void warn(Throwable warning) {
        events.emit(new ServerEvent.Warning(warning));
    }

    /** Counts and tells that a limit had something refused before there was a socket. Any thread. */
    void dropped(io.heliograph.DropReason reason) {
        counters.drop(reason, 1);
        events.emit(new ServerEvent.Dropped(null, reason, 1));
        life.logOnce(reason.key());
    }

    /** A socket has ended; on its loop. */
    void ended(DefaultRealtimeSocket socket) {
        registry.remove(socket);
    }

    // ---- RealtimeServer

    @Override
    public CompletableFuture<Void> listen() {
        return life.listen();
    }

    @Override
    public boolean isReady() {
        return life.isReady();
    }

    boolean isClosing() {
        return life.isClosing();
    }

    @Override
    public Address address() {
        return life.address();
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
        life.close(config.timing().linger());
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return life.close(notNegative("timeout", timeout));
    }

    @Override
    public CompletableFuture<Void> closed() {
        return life.closed();
    }

    @Override
    public EndpointStats stats() {
        return counters.read(
                loops.values().stream().map(home -> home.counters).toList(),
                (long) registry.openCount() + registry.pendingCount(),
                registry.queuedBytes());
    }

    @Override
    public String toString() {
        return "RealtimeServer[" + config.protocol().path() + "]";
    }
}
