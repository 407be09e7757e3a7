package io.heliograph.realtime.client;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.EndpointLifecycle.Restart;
import io.heliograph.endpoint.Listeners;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.AuthStatus;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.BadConnectionException;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.Streams;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.realtime.session.Events;
import io.heliograph.realtime.session.Outgoing;
import io.heliograph.realtime.session.PeerSession;
import io.heliograph.realtime.session.StreamMultiplexer;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Default {@link RealtimeClient}. {@link ClientLifecycle} manages its connections. */
public final class DefaultRealtimeClient extends PeerSession implements RealtimeClient {

    static final Logger log = LoggerFactory.getLogger(RealtimeClient.class);
    private static final TypeRef<Void> NOTHING = TypeRef.of(Void.class);
    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    final Counters counters;
    final ClientOutbound outbound;
    final ClientAuth auth;
    final ClientChannels channels;
    final ClientLifecycle life;
    final StreamMultiplexer<Payload> outputs;
    final StreamMultiplexer<ChannelEvent> channelEvents;
    final int maxPendingMessages;
    private final Events<ClientEvent> events;
    private final ClientReports reports;
    private final EndpointLifecycle lifecycle;
    private final @Nullable Executor userExecutor;

    private final Function<ClientConfig, RealtimeClient.Builder> toBuilder;
    private final Function<RealtimeClient.Builder, ClientConfig> toConfig;
    private volatile ClientConfig options;

    private final AtomicBoolean streamsEnded = new AtomicBoolean();
    private final Listeners<Runnable> closeListeners = new Listeners<>(this::listenerFailed);

    /**
     * Creates a client.
     *
     * @param toBuilder a builder with the options of a configuration
     * @param toConfig the checked options of a builder
     */
    public static RealtimeClient create(
            ClientConfig options,
            Function<ClientConfig, RealtimeClient.Builder> toBuilder,
            Function<RealtimeClient.Builder, ClientConfig> toConfig) {
        PacketCodec packets = PacketCodec.of(options.codec(), options.maxDepth());
        Role role = new Role();
        Counters counters = new Counters();
        EndpointLifecycle lifecycle = new EndpointLifecycle(
                role, Restart.NEVER, RealtimeClient.class.getName(), options.endpoint(), counters);
        CompletableFuture<Void> start = lifecycle.connect();
        if (!lifecycle.isRunning()) {
            throw new IllegalStateException(
                    "the client cannot start",
                    start.handle((none, failure) -> failure).join());
        }
        EventLoop real = lifecycle.loop();
        ClientLoop loop = new ClientLoop(real, options.nanoTime() == null ? real::nanoTime : options.nanoTime());
        DefaultRealtimeClient client =
                new DefaultRealtimeClient(options, toBuilder, toConfig, packets, lifecycle, role, loop, counters);
        role.client = client;
        return client;
    }

    private DefaultRealtimeClient(
            ClientConfig options,
            Function<ClientConfig, RealtimeClient.Builder> toBuilder,
            Function<RealtimeClient.Builder, ClientConfig> toConfig,
            PacketCodec packets,
            EndpointLifecycle lifecycle,
            Role role,
            ClientLoop loop,
            Counters counters) {
        super(
                loop,
                lifecycle.executor(),
                lifecycle.backpressure(),
                packets,
                new Settings(
                        options.endpoint().dispatch(),
                        options.ackTimeout(),
                        options.batchInterval(),
                        options.maxPendingCalls(),
                        options.endpoint().maxPendingMessages()));
        this.options = options;
        this.toBuilder = toBuilder;
        this.toConfig = toConfig;
        this.lifecycle = lifecycle;
        this.counters = counters;
        this.userExecutor = options.endpoint().dispatch().executor();
        this.maxPendingMessages = options.endpoint().maxPendingMessages();
        this.events = new Events<>("client", executor, pausable, maxPendingMessages, this::listenerFailed);
        this.reports = new ClientReports(log, executor, events, lifecycle.errors());
        this.outputs = new StreamMultiplexer<>("channel", executor, pausable, maxPendingMessages, this::listenerFailed);
        this.channelEvents =
                new StreamMultiplexer<>("channel event", executor, pausable, maxPendingMessages, this::listenerFailed);
        this.outbound = new ClientOutbound(this, options);
        this.channels = new ClientChannels(this, options.maxChannels());
        this.auth = new ClientAuth(this);
        this.life = new ClientLifecycle(this, role::transport, loop);
    }

    /** Reports the exception of a listener. Executor only. */
    void listenerFailed(Throwable failure) {
        reports.listenerFailed(failure);
    }

    @Override
    public RealtimeClient.Builder options() {
        return toBuilder.apply(options);
    }

    ClientConfig current() {
        return options;
    }

    // ---- events

    void emit(ClientEvent event) {
        events.emit(event);
    }

    boolean isObserved(Class<? extends ClientEvent> kind) {
        return events.isObserved(kind);
    }

    @Override
    public void report(Throwable error) {
        reports.report(error);
    }

    /** Counts dropped messages and emits an event. */
    void dropped(DropReason reason, long messages) {
        counters.drop(reason, messages);
        events.emit(new ClientEvent.Dropped(reason, messages));
    }

    @Override
    public <T extends ClientEvent> Subscription on(Class<T> kind, Consumer<? super T> listener) {
        return events.on(kind, listener);
    }

    @Override
    public <T extends ClientEvent> Subscription once(Class<T> kind, Consumer<? super T> listener) {
        return events.once(kind, listener);
    }

    @Override
    public <T extends ClientEvent> EventStream<T> stream(Class<T> kind) {
        return events.stream(kind);
    }

    @Override
    public Streams listeners() {
        return events.listeners();
    }

    // ---- connection

    @Override
    public CompletableFuture<Void> connect() {
        CompletableFuture<Void> result = new BlockableFuture<>();
        showConnecting();
        loop.execute(() -> life.connect(result));
        return result;
    }

    @Override
    public CompletableFuture<Void> connect(Consumer<? super RealtimeClient.Builder> changes) {
        RealtimeClient.Builder changed = options();
        changes.accept(changed);
        ClientConfig config = toConfig.apply(changed);
        CompletableFuture<Void> result = new BlockableFuture<>();
        if (!isClosing()) {
            life.show(SocketState.CONNECTING);
        }
        loop.execute(() -> life.connect(() -> change(config), result));
        return result;
    }

    private void change(ClientConfig changed) {
        options = changed;
        outbound.queue.transmitTimeout(changed.ackTimeout());
    }

    private void showConnecting() {
        if (!isClosing() && life.shown() == SocketState.CLOSED) {
            life.show(SocketState.CONNECTING);
        }
    }

    @Override
    public void disconnect(int code) {
        disconnectWith(code, null);
    }

    @Override
    public void disconnect(int code, String reason) {
        checkArgument(
                reason.getBytes(StandardCharsets.UTF_8).length <= 123,
                "reason: '%s' (expected: at most 123 bytes in UTF-8)",
                reason);
        disconnectWith(code, reason);
    }

    private void disconnectWith(int code, @Nullable String reason) {
        checkArgument(
                CloseCodes.isSendable(code),
                "code: %d (expected: 1000 to 1014 except 1004 to 1006, or 3000 to 4999)",
                code);
        life.show(SocketState.CLOSED);
        loop.execute(() -> life.disconnect(code, reason));
    }

    @Override
    public SocketState state() {
        return life.shown();
    }

    @Override
    public @Nullable String id() {
        return life.id();
    }

    @Override
    public String uri() {
        return options.url().text();
    }

    @Override
    public int connectAttempts() {
        return life.connectAttempts();
    }

    @Override
    public Optional<Duration> pendingReconnectTimeout() {
        return life.pendingReconnect();
    }

    @Override
    public Duration pingTimeout() {
        return life.pingTimeout();
    }

    @Override
    public String clientId() {
        return options.clientId();
    }

    // ---- sending

    @Override
    public boolean submit(Outgoing outgoing) {
        return outbound.submit(outgoing);
    }

    @Override
    public boolean sendPacket(Frame message) {
        return outbound.sendPacket(message);
    }

    @Override
    public boolean send(Frame message) {
        return outbound.sendRaw(message);
    }

    @Override
    public <T> CompletableFuture<T> invoke(String procedure, @Nullable Object data, TypeRef<T> type) {
        return call(procedure, data, type, options.ackTimeout());
    }

    @Override
    public CompletableFuture<Payload> invoke(String procedure) {
        return call(procedure, PacketCodec.ABSENT, PAYLOAD, options.ackTimeout());
    }

    /** Completes a future of the user on the user's executor. */
    void settle(Runnable completion) {
        if (userExecutor == null) {
            completion.run();
        } else {
            userExecutor.execute(completion);
        }
    }

    boolean isClosing() {
        return lifecycle.isClosing();
    }

    static BadConnectionException afterClose() {
        return new BadConnectionException("The client is closed", "connectAbort", CloseCodes.NORMAL, "closed", true);
    }

    /** Formats an error as JavaScript's {@code toString}. */
    static String describe(Throwable failure) {
        String name = failure instanceof HeliographException known
                ? known.errorName()
                : failure.getClass().getSimpleName();
        String message = failure.getMessage();
        return message == null || message.isEmpty() ? name : name + ": " + message;
    }

    // ---- authentication

    @Override
    public AuthState authState() {
        return auth.state().authState();
    }

    @Override
    public @Nullable AuthToken authToken() {
        return auth.state().token();
    }

    @Override
    public @Nullable String signedAuthToken() {
        return auth.state().signedToken();
    }

    @Override
    public CompletableFuture<AuthStatus> authenticate(String signedAuthToken) {
        return auth.authenticate(signedAuthToken);
    }

    @Override
    public CompletableFuture<Void> deauthenticate() {
        return auth.deauthenticate();
    }

    // ---- channels

    @Override
    public <T> RealtimeChannel<T> subscribe(String channel, TypeRef<T> type, SubscribeOptions wanted) {
        // The stream first, so that it receives every publication.
        RealtimeChannel<T> handle = new ClientChannel<>(this, channel, type, true);
        channels.subscribe(channel, wanted);
        return handle;
    }

    @Override
    public void unsubscribe(String channel) {
        channels.unsubscribe(channel);
    }

    @Override
    public <T> RealtimeChannel<T> channel(String channel, TypeRef<T> type) {
        return new ClientChannel<>(this, channel, type, false);
    }

    @Override
    public List<String> subscriptions(boolean includePending) {
        return channels.names(includePending);
    }

    @Override
    public boolean isSubscribed(String channel, boolean includePending) {
        return channels.isSubscribed(channel, includePending);
    }

    @Override
    public ChannelState channelState(String channel) {
        return channels.state(channel);
    }

    @Override
    public SubscribeOptions channelOptions(String channel) {
        return channels.options(channel);
    }

    @Override
    public void processPendingSubscriptions() {
        loop.execute(channels::process);
    }

    @Override
    public boolean isPreparingPendingSubscriptions() {
        return channels.isPreparing();
    }

    @Override
    public boolean transmitPublish(String channel, @Nullable Object data) {
        return send("#publish", publication(channel, data));
    }

    @Override
    public CompletableFuture<Void> invokePublish(String channel, @Nullable Object data) {
        return call("#publish", publication(channel, data), NOTHING, options.ackTimeout());
    }

    void emit(String channel, ChannelEvent event) {
        channelEvents.emit(ClientChannel.key(channel, event.getClass()), event);
    }

    private Map<String, @Nullable Object> publication(String channel, @Nullable Object data) {
        Map<String, @Nullable Object> publication = new LinkedHashMap<>();
        publication.put("channel", options.channelPrefix() + channel);
        if (!PacketCodec.isAbsent(data)) {
            publication.put("data", packets.nested(data));
        }
        return publication;
    }

    @Override
    public Streams channelOutputs() {
        return outputs;
    }

    @Override
    public Streams channelListeners() {
        return channelEvents;
    }

    @Override
    public void closeChannel(String channel) {
        outputs.close(channel);
        ClientChannel.keys(channel).forEach(channelEvents::close);
    }

    @Override
    public void killChannel(String channel) {
        outputs.kill(channel);
        ClientChannel.keys(channel).forEach(channelEvents::kill);
    }

    @Override
    public long backpressure() {
        long events = Math.max(listeners().backpressure(), channelEvents.backpressure());
        return Math.max(Math.max(super.backpressure(), outputs.backpressure()), events);
    }

    // ---- close

    @Override
    public void close() {
        close(options.endpoint().linger());
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        close(notNegative("timeout", timeout));
        return closed();
    }

    private void close(Duration timeout) {
        life.show(SocketState.CLOSED);
        lifecycle.close(timeout);
        life.show(SocketState.CLOSED);
    }

    @Override
    public CompletableFuture<Void> closed() {
        return lifecycle.closed();
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return closeListeners.on(listener);
    }

    /** Ends all streams after their buffered events. */
    private void endStreams() {
        if (streamsEnded.compareAndSet(false, true)) {
            finishListeners();
            outputs.finish();
            channelEvents.finish();
            events.finish();
        }
    }

    /** Actions of the client in its {@link EndpointLifecycle}. */
    private static final class Role implements EndpointLifecycle.Role {

        // Written before the client can be closed.
        volatile @Nullable DefaultRealtimeClient client;

        // Event loop only.
        private @Nullable Transport transport;

        @Override
        public void begin(Transport transport, EventLoop loop) {
            this.transport = transport;
        }

        /** Returns the transport. Event loop only, after {@link #begin}. */
        Transport transport() {
            return Objects.requireNonNull(transport);
        }

        @Override
        public void shutdown(Duration timeout) {
            DefaultRealtimeClient closing = client();
            closing.life.finish().thenRun(() -> {
                closing.endStreams();
                closing.lifecycle.finish(new CloseReason.Local());
            });
        }

        @Override
        public void abort() {
            client().life.abort();
        }

        @Override
        public void ended() {
            DefaultRealtimeClient ended = client();
            ended.endStreams();
            ended.closeListeners.emit((listener, unused, none) -> listener.run(), null, null);
        }

        private DefaultRealtimeClient client() {
            return Objects.requireNonNull(client);
        }
    }

    @Override
    public EndpointStats stats() {
        ClientConnection open = life.openConnection();
        return counters.read(outbound.queue.queuedBytes() + (open == null ? 0 : open.link.queuedBytes()));
    }

    /** Returns the address without the query, which may contain secrets. */
    @Override
    public String toString() {
        String uri = uri();
        int query = uri.indexOf('?');
        return "RealtimeClient[" + (query < 0 ? uri : uri.substring(0, query)) + "]";
    }
}
