package io.heliograph.realtime.client;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.Listeners;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.AuthStatus;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.Streams;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.session.Events;
import io.heliograph.realtime.session.Outgoing;
import io.heliograph.realtime.session.PeerSession;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Default {@link RealtimeClient}. {@link ClientLifecycle} manages its connections. */
public final class DefaultRealtimeClient extends PeerSession implements RealtimeClient {

    static final Logger log = LoggerFactory.getLogger(RealtimeClient.class);
    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    final Counters counters;
    final ClientOutbound outbound;
    final ClientAuth auth;
    final ClientChannels channels;
    final ClientPublications publications = new ClientPublications(this);
    final ClientPresence presence = new ClientPresence(this);
    final ClientDrain drain = new ClientDrain(this);
    final ClientLifecycle life;
    final ChannelStreams streams;
    final int maxPendingMessages;
    private final Events<ClientEvent> events;
    private final ClientReports reports;
    private final EndpointLifecycle lifecycle;
    private final @Nullable Executor userExecutor;

    private final Function<ClientConfig, RealtimeClient.Builder> toBuilder;
    private final Function<RealtimeClient.Builder, ClientConfig> toConfig;
    private volatile ClientConfig options;

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
        return new DefaultRealtimeClient(options, toBuilder, toConfig, new ClientRole(options));
    }

    private DefaultRealtimeClient(
            ClientConfig options,
            Function<ClientConfig, RealtimeClient.Builder> toBuilder,
            Function<RealtimeClient.Builder, ClientConfig> toConfig,
            ClientRole role) {
        super(
                role.loop(),
                role.lifecycle.executor(),
                role.lifecycle.backpressure(),
                PacketCodec.of(options.codec(), options.maxDepth(), false, options.maxSentMessageBytes()),
                options.session());
        this.options = options;
        this.toBuilder = toBuilder;
        this.toConfig = toConfig;
        this.lifecycle = role.lifecycle;
        this.counters = role.counters;
        this.userExecutor = options.endpoint().dispatch().executor();
        this.maxPendingMessages = options.endpoint().maxPendingMessages();
        this.events = new Events<ClientEvent>("client", executor, pausable, maxPendingMessages, this::listenerFailed)
                .limitBytes(streamBudget(), DefaultRealtimeClient::length);
        this.reports = new ClientReports(log, executor, events, lifecycle.errors());
        this.streams = new ChannelStreams(
                executor,
                pausable,
                maxPendingMessages,
                streamBudget(),
                options.maxPendingBytes(),
                this::listenerFailed);
        this.outbound = new ClientOutbound(this, options);
        this.channels = new ClientChannels(this, options.maxChannels());
        this.auth = new ClientAuth(this);
        this.life = new ClientLifecycle(this, role::transport, role.loop());
        role.client(this);
    }

    /** Returns the bytes of a message that an event holds. */
    private static long length(ClientEvent event) {
        return switch (event) {
            case ClientEvent.Message message -> message.message().length();
            case ClientEvent.Raw raw -> raw.message().length();
            case ClientEvent.KickOut kick -> kick.message().size();
            default -> 0;
        };
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

    /** Emits an error event of a failure that another event reports with more detail. */
    void reportQuietly(Throwable error) {
        reports.reportQuietly(error);
    }

    /** Emits a refusal, and logs one line if the event has no listener. */
    void subscriptionRefused(ClientEvent.SubscribeFail refusal) {
        reports.subscriptionRefused(refusal, options.address());
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
        life.requestConnect(isClosing());
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

    @Override
    public void disconnect(int code) {
        life.requestDisconnect(code, null);
    }

    @Override
    public void disconnect(int code, String reason) {
        life.requestDisconnect(code, reason);
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

    @Nullable
    Executor userExecutor() {
        return userExecutor;
    }

    boolean isClosing() {
        return lifecycle.isClosing();
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
    public <T> RealtimeChannel<T> channel(String channel, TypeRef<T> type) {
        return new ClientChannel<>(this, channel, type);
    }

    @Override
    public List<String> subscriptions(boolean includePending) {
        return channels.names(includePending);
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
    public Streams channelOutputs() {
        return streams.outputs;
    }

    @Override
    public Streams channelListeners() {
        return streams.events;
    }

    @Override
    public void closeChannel(String channel) {
        streams.close(channel);
    }

    @Override
    public void killChannel(String channel) {
        streams.kill(channel);
    }

    @Override
    public long backpressure() {
        return Math.max(Math.max(super.backpressure(), listeners().backpressure()), streams.backpressure());
    }

    // ---- close

    @Override
    public void close() {
        life.show(SocketState.CLOSED);
        lifecycle.close(options.endpoint().linger());
        life.show(SocketState.CLOSED);
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
    public Subscription onClose(Runnable listener) {
        return closeListeners.on(listener);
    }

    /** Ends all streams after their buffered events. Idempotent. */
    void endStreams() {
        finishListeners();
        channels.close();
        onLoop(presence::close);
        streams.finish();
        events.finish();
    }

    /** Ends the streams and calls the close listeners. */
    void ended() {
        endStreams();
        closeListeners.emit((listener, unused, none) -> listener.run(), null, null);
    }

    @Override
    public EndpointStats stats() {
        ClientConnection open = life.openConnection();
        return counters.read(outbound.queue.queuedBytes() + (open == null ? 0 : open.link.queuedBytes()));
    }

    /** Returns the address without the query, which may contain secrets. */
    @Override
    public String toString() {
        return "RealtimeClient[" + options.address() + "]";
    }
}
