package io.heliograph.realtime;

import io.heliograph.CloseReason;
import io.heliograph.Endpoint;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.client.ClientConfig;
import io.heliograph.realtime.client.DefaultRealtimeClient;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of a SocketCluster server: procedures, one-way events and channels over one WebSocket that it keeps open.
 *
 * <p><b>Life.</b> {@link #connect()} opens a connection, and so does sending anything while there is none. A connection that
 * ends is replaced as {@link Builder#autoReconnectOptions} say, unless it ended with 1000 or a code of 4500 or more. {@link
 * #disconnect()} ends it for now, {@link #close()} for good.
 *
 * <p><b>Sending</b> does not need a connection: what is sent while there is none waits, in order and within limits, for its
 * {@code ackTimeout} at most, and is given up when the attempt to connect fails. Nothing that was sent is sent again.
 *
 * <p><b>Channels</b> are subscribed to again with each new connection, before anything that waits is sent. What is published
 * while there is no connection is missed.
 *
 * <p><b>Events</b> of all kinds are told by one listener at a time, in their order, where the {@link io.heliograph.Dispatch} of
 * the options says; by default on a virtual thread, where a listener may block. A client whose listeners or streams cannot take
 * more stops reading; if that lasts longer than the server's ping timeout, the server ends the connection.
 *
 * <p><b>Threads.</b> Any thread may call any method; none blocks. What a thread does is seen by its own later calls: {@link
 * #state}, {@link #authState} and the state of a channel change at once where they say so.
 */
public interface RealtimeClient extends RealtimePeer, EventSource<ClientEvent>, Endpoint {

    /**
     * A client that connects at once.
     *
     * @param url {@code ws://host:port/path?query} or {@code wss:}; without a path {@code /socketcluster/}
     */
    static RealtimeClient connect(URI url) {
        return builder(url).connect();
    }

    /** Options of a client of {@code ws://localhost/socketcluster/}, to be changed. */
    static Builder builder() {
        return new Builder(URI.create("ws://localhost"));
    }

    /**
     * Options of a client to be.
     *
     * @param url {@code ws://host:port/path?query} or {@code wss:}; without a path {@code /socketcluster/}
     * @throws IllegalArgumentException if it is none of these
     */
    static Builder builder(URI url) {
        return new Builder(url);
    }

    // ---- connection

    /**
     * Connects now. Nothing happens if it is connecting or open, and an attempt that was scheduled is made at once.
     *
     * @return completes when the server has accepted the handshake, at once if it had; fails with {@link BadConnectionException}
     *     if this attempt does, even if others follow
     */
    CompletableFuture<Void> connect();

    /**
     * Connects with other options. A connection or attempt there is ends first, with the code 1000.
     *
     * @param changes given the present options; of those that concern listeners and streams, a change has no effect
     * @throws IllegalArgumentException if they do not fit together
     */
    CompletableFuture<Void> connect(Consumer<? super Builder> changes);

    /** Disconnects with the code 1000. */
    default void disconnect() {
        disconnect(1000);
    }

    /** Disconnects without a reason, as {@link #disconnect(int, String)} does. */
    void disconnect(int code);

    /**
     * Ends the connection, the attempt to connect, or the wait for the next one. A code other than 1000 and below 4500 makes the
     * client connect again by itself, as in the original.
     *
     * @param code 1000 to 1014 except 1004 to 1006, or 3000 to 4999
     * @param reason at most 123 bytes in UTF-8
     * @throws IllegalArgumentException if they cannot be sent
     */
    void disconnect(int code, String reason);

    /** Disconnects with the code 1000, and connects. */
    default CompletableFuture<Void> reconnect() {
        disconnect();
        return connect();
    }

    /** Disconnects as {@link #disconnect(int, String)} does, and connects. */
    default CompletableFuture<Void> reconnect(int code, String reason) {
        disconnect(code, reason);
        return connect();
    }

    /** What it is doing. Calls of {@link #connect()} and {@link #disconnect()} change it at once. */
    SocketState state();

    /** The name that the server gave the connection; null while there is none. */
    @Nullable
    String id();

    /** The URL it connects to, without the timestamp. */
    String uri();

    /** How many attempts to connect were scheduled since a connection was open. */
    int connectAttempts();

    /** How long the client waits before the attempt that is scheduled; empty if none is. */
    Optional<Duration> pendingReconnectTimeout();

    /** How long no ping may come: the server's value, or {@code connectTimeout} before the first handshake. */
    Duration pingTimeout();

    /** The informational name of this client, which is not sent. */
    String clientId();

    /** The options, for a look at them or for another client; changing them changes nothing here. */
    Builder options();

    /**
     * Sends a message as it is, past batches and codec.
     *
     * @return whether it was accepted: false if the connection is not open or its queue is full
     */
    boolean send(Frame message);

    // ---- authentication

    AuthState authState();

    /** Whether the server has accepted the handshake of the current connection. */
    default boolean isConnected() {
        return state() == SocketState.OPEN;
    }

    default boolean isAuthenticated() {
        return authState() == AuthState.AUTHENTICATED;
    }

    /** What the token says, not verified; null if the client is not authenticated or the token says nothing. */
    @Nullable
    AuthToken authToken();

    /** The token; null if the client is not authenticated. */
    @Nullable
    String signedAuthToken();

    /**
     * Asks the server to accept a token, and keeps it in the store.
     *
     * @return fails with what the server refused it with; the client is then not authenticated. With {@link
     *     BadConnectionException} or {@link TimeoutException} its state stays
     */
    CompletableFuture<AuthStatus> authenticate(String signedAuthToken);

    /**
     * Removes the token from the store and tells the server. {@link #authState} changes at once.
     *
     * @return completes when the store has answered; always normally
     */
    CompletableFuture<Void> deauthenticate();

    // ---- channels

    /**
     * Subscribes to a channel: at once, or when there is a connection and, if the options ask for it, a token. If there is a
     * subscription already, or it is pending, its options are replaced and nothing is sent.
     *
     * <p>With more than {@code maxChannels} channels it fails with a {@link ClientEvent.SubscribeFail}.
     */
    <T> RealtimeChannel<T> subscribe(String channel, TypeRef<T> type, SubscribeOptions options);

    default <T> RealtimeChannel<T> subscribe(String channel, Class<T> type, SubscribeOptions options) {
        return subscribe(channel, TypeRef.of(type), options);
    }

    default <T> RealtimeChannel<T> subscribe(String channel, TypeRef<T> type) {
        return subscribe(channel, type, SubscribeOptions.defaults());
    }

    default <T> RealtimeChannel<T> subscribe(String channel, Class<T> type) {
        return subscribe(channel, TypeRef.of(type));
    }

    default RealtimeChannel<Payload> subscribe(String channel) {
        return subscribe(channel, Payload.class);
    }

    default RealtimeChannel<Payload> subscribe(String channel, SubscribeOptions options) {
        return subscribe(channel, Payload.class, options);
    }

    /** Gives up a subscription, pending or not; nothing happens without one. The server does not confirm it. */
    void unsubscribe(String channel);

    /** A handle of a channel, without subscribing. */
    <T> RealtimeChannel<T> channel(String channel, TypeRef<T> type);

    default <T> RealtimeChannel<T> channel(String channel, Class<T> type) {
        return channel(channel, TypeRef.of(type));
    }

    default RealtimeChannel<Payload> channel(String channel) {
        return channel(channel, Payload.class);
    }

    /** The channels subscribed to and, with {@code includePending}, those that are pending, in the order of subscribing. */
    List<String> subscriptions(boolean includePending);

    boolean isSubscribed(String channel, boolean includePending);

    ChannelState channelState(String channel);

    /** How a channel is subscribed to; the defaults where it is not. */
    SubscribeOptions channelOptions(String channel);

    /**
     * Subscribes to what is pending, after a connection has opened with {@code autoSubscribeOnConnect} off. Until then, new
     * subscriptions are pending too.
     */
    void processPendingSubscriptions();

    /** Whether the connection waits for {@link #processPendingSubscriptions}. */
    boolean isPreparingPendingSubscriptions();

    /**
     * Publishes, without waiting for the server.
     *
     * @return whether it was accepted, as by {@link RealtimePeer#transmit(String, Object)}
     */
    boolean transmitPublish(String channel, @Nullable Object data);

    /** Publishes; completes when the server has. It fails as {@link RealtimePeer#invoke} does. */
    CompletableFuture<Void> invokePublish(String channel, @Nullable Object data);

    /** The streams and listeners of data, by the names of their channels. */
    Streams channelOutputs();

    /** The streams and listeners of {@link ChannelEvent}s, by names such as {@code news/subscribe}. */
    Streams channelListeners();

    /** Ends the streams of a channel, of data and events, after what they hold. The subscription stays. */
    void closeChannel(String channel);

    /** Ends the streams of a channel, of data and events, at once. The subscription stays. */
    void killChannel(String channel);

    // ---- events by shortcut

    /** Calls {@code listener} when the server has accepted a handshake. */
    default Subscription onConnect(Consumer<? super ClientEvent.Connect> listener) {
        return on(ClientEvent.Connect.class, listener);
    }

    /** Calls {@code listener} when an open connection has ended. */
    default Subscription onDisconnect(Consumer<? super CloseReason> listener) {
        return on(ClientEvent.Disconnect.class, event -> listener.accept(event.closeReason()));
    }

    /** Calls {@code listener} when the client has closed for good. */
    Subscription onClose(Runnable listener);

    /**
     * Calls {@code listener} with what has failed: a connection, sending, decoding, or another listener. Without a listener it
     * is logged.
     */
    default Subscription onError(Consumer<? super Throwable> listener) {
        return on(ClientEvent.Failure.class, failure -> listener.accept(failure.error()));
    }

    /** {@inheritDoc} It disconnects with the code 1000, tells the events of that, and ends all streams after what they hold. */
    @Override
    void close();

    /** Options of a client; {@link #build()} makes it. For one thread at a time. */
    final class Builder extends ClientOptions<Builder> {

        Builder(URI url) {
            super(url);
        }

        private Builder(ClientConfig config) {
            super(config);
        }

        /**
         * A client with these options, which does not see later changes of them. It connects when it is told to, or when
         * something is sent: the original's {@code autoConnect: false}.
         *
         * @throws IllegalArgumentException if the options do not fit together
         * @throws IllegalStateException if the transport or the JSON codec is not there
         */
        public RealtimeClient build() {
            tokenStore = givenTokenStore == null ? TokenStore.inMemory() : givenTokenStore;
            return DefaultRealtimeClient.create(config(), Builder::new, Builder::config);
        }

        /** {@link #build()}s a client and connects it: the original's {@code autoConnect}. */
        public RealtimeClient connect() {
            RealtimeClient client = build();
            CompletableFuture<Void> unused = client.connect();
            return client;
        }
    }
}
