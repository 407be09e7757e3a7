package io.heliograph.realtime;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
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
final class DefaultRealtimeServer implements RealtimeServer {

    static final Logger log = LoggerFactory.getLogger(RealtimeServer.class);

    final ServerConfig config;
    final PacketCodec packets;
    final Conversation.Settings settings;
    final Frame ping;
    final Frame pong;

    /** How publications are written; one object, so that each is written once. */
    final Encoding encoding = this::encode;

    final Middlewares middlewares;
    final ServerEvents events;
    final ServerCounters counters = new ServerCounters();
    final ServerAuth auth;
    final SocketRegistry registry = new SocketRegistry();

    private final SerialExecutor executor;
    private final ServerLife life;
    private final Exchange exchange;
    private final Map<EventLoop, ServerLoop> loops = new ConcurrentHashMap<>();

    DefaultRealtimeServer(RealtimeServer.Builder options) {
        this.config = new ServerConfig(options);
        this.packets = PacketCodec.of(options.codec, options.maxDepth, true);
        this.settings = new Conversation.Settings(
                config.dispatch,
                config.ackTimeout,
                config.batchInterval,
                config.maxPendingCalls,
                config.maxPendingMessages);
        this.ping = Frame.utf8(config.protocolVersion == 1 ? "#1" : "").asText();
        this.pong = Frame.utf8(config.protocolVersion == 1 ? "#2" : "").asText();
        this.middlewares = new Middlewares(config.dispatch, config.middlewareTimeout);
        this.auth = new ServerAuth(options);
        Executor userExecutor = config.dispatch.executor();
        this.executor = new SerialExecutor(
                userExecutor == null ? Objects.requireNonNull(Dispatch.virtual().executor()) : userExecutor);
        this.events = new ServerEvents(executor, config.maxPendingMessages);
        this.exchange = options.exchange == null ? ownExchange() : options.exchange;
        this.life = new ServerLife(this, options, executor, new ServerDoor(this, options.origins));
        exchange.onError(this::warn);
    }

    private Exchange ownExchange() {
        return Exchange.builder()
                .codec(packets.codec())
                .dispatch(config.dispatch)
                .maxChannelBytes(config.maxChannelNameBytes)
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
    void dropped(String reason) {
        counters.drop(reason, 1);
        events.emit(new ServerEvent.Dropped(null, reason, 1));
        life.logOnce(reason);
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
        return config.path;
    }

    @Override
    public int protocolVersion() {
        return config.protocolVersion;
    }

    @Override
    public Exchange exchange() {
        return exchange;
    }

    @Override
    public Collection<RealtimeSocket> clients() {
        return registry.open();
    }

    @Override
    public Optional<RealtimeSocket> client(String id) {
        return registry.open(id);
    }

    @Override
    public int clientsCount() {
        return registry.openCount();
    }

    @Override
    public Collection<RealtimeSocket> pendingClients() {
        return registry.pending();
    }

    @Override
    public int pendingClientsCount() {
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
        life.close(config.linger);
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
        return "RealtimeServer[" + config.path + "]";
    }
}
