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
 * Client of a SocketCluster server: procedures, one-way events and channels over one WebSocket, with automatic reconnect.
 *
 * <p><b>Life cycle.</b> {@link #connect()} opens a connection; sending without a connection opens one as well. The client reconnects
 * as {@link Builder#autoReconnectOptions} specify, unless the connection closed with 1000 or a code of 4500 or more. {@link
 * #disconnect()} closes the connection, {@link #close()} the client.
 *
 * <p><b>Sending</b> does not need a connection. Without a connection, events and calls are enqueued in order and within limits, for
 * {@code ackTimeout} at most, and fail with the attempt to connect. The client never sends an event twice,
 * except a {@link RealtimeChannel#publish} of unknown outcome to a server that detects the repetition.
 *
 * <p><b>Channels</b> are subscribed again on each new connection, before enqueued events are sent. The client
 * receives what it has missed, if the server supports recovery; see {@link RealtimeChannel}.
 *
 * <p><b>Events</b> are emitted to one listener at a time, in order, on the {@link io.heliograph.Dispatch} of the options; by default on
 * a virtual thread, where a listener may block. A client with a full listener queue or stream stops reading. If the pause exceeds the
 * server's ping timeout, the server disconnects.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks. {@link #state}, {@link #authState} and channel states reflect the calling thread's
 * own previous calls.
 */
public interface RealtimeClient extends RealtimePeer, EventSource<ClientEvent>, Endpoint {

    /**
     * Creates a client and connects it.
     *
     * @param url {@code ws://host:port/path?query} or {@code wss:}; without a path {@code /socketcluster/}
     */
    static RealtimeClient connect(URI url) {
        return builder(url).connect();
    }

    /** Returns a builder with the URL {@code ws://localhost/socketcluster/}. */
    static Builder builder() {
        return new Builder(URI.create("ws://localhost"));
    }

    /**
     * Returns a builder of a client.
     *
     * @param url {@code ws://host:port/path?query} or {@code wss:}; without a path {@code /socketcluster/}
     * @throws IllegalArgumentException if the URL is invalid
     */
    static Builder builder(URI url) {
        return new Builder(url);
    }

    // ---- connection

    /**
     * Connects. Does nothing if the client is connecting or connected; starts a scheduled attempt immediately.
     *
     * @return completes when the server has accepted the handshake; fails with {@link
     *     io.heliograph.UnreachableException}, whose message names the address and the cause, if this attempt fails, even if further
     *     attempts follow; with {@link io.heliograph.ClosedException} after {@link #disconnect()} or {@link #close()}
     */
    CompletableFuture<Void> connect();

    /**
     * Connects with other options. Closes the current connection or attempt first, with the code 1000.
     *
     * @param changes called with the current options; changes of options of listeners and streams have no effect
     * @throws IllegalArgumentException if the options contradict each other
     */
    CompletableFuture<Void> connect(Consumer<? super Builder> changes);

    /** Disconnects with the code 1000. */
    default void disconnect() {
        disconnect(1000);
    }

    /** Disconnects without a reason, as {@link #disconnect(int, String)} does. */
    void disconnect(int code);

    /**
     * Closes the connection, the attempt to connect, or cancels the scheduled attempt. With a code other than 1000 and below 4500 the
     * client reconnects automatically, as the original does.
     *
     * @param code 1000 to 1014 except 1004 to 1006, or 3000 to 4999
     * @param reason at most 123 bytes in UTF-8
     * @throws IllegalArgumentException if the code is not allowed or the reason is too long
     */
    void disconnect(int code, String reason);

    /** Disconnects with the code 1000 and connects. */
    default CompletableFuture<Void> reconnect() {
        disconnect();
        return connect();
    }

    /** Disconnects as {@link #disconnect(int, String)} does and connects. */
    default CompletableFuture<Void> reconnect(int code, String reason) {
        disconnect(code, reason);
        return connect();
    }

    /** Returns the connection state. {@link #connect()} and {@link #disconnect()} change the state immediately. */
    SocketState state();

    /** Returns the connection's id, which the server assigns; null without a connection. */
    @Nullable
    String id();

    /** Returns the URL without the timestamp. */
    String uri();

    /** Returns the number of scheduled attempts to connect since a connection was open. */
    int connectAttempts();

    /** Returns the delay of the scheduled attempt to connect; empty without a scheduled attempt. */
    Optional<Duration> pendingReconnectTimeout();

    /** Returns the maximum time between pings: the server's value, or {@code connectTimeout} before the first handshake. */
    Duration pingTimeout();

    /** Returns the informational name of this client, which is not sent. */
    String clientId();

    /** Returns a copy of the options. Changes of the copy do not affect this client. */
    Builder options();

    /**
     * Sends a raw message, bypassing batches and codec.
     *
     * @return whether the message was accepted; false if the connection is not open or its queue is full
     */
    boolean send(Frame message);

    // ---- authentication

    AuthState authState();

    /** Returns whether the server has accepted the handshake of the current connection. */
    default boolean isConnected() {
        return state() == SocketState.OPEN;
    }

    default boolean isAuthenticated() {
        return authState() == AuthState.AUTHENTICATED;
    }

    /** Returns the claims of the token, not verified; null if the client is not authenticated or the token has no claims. */
    @Nullable
    AuthToken authToken();

    /** Returns the signed token; null if the client is not authenticated. */
    @Nullable
    String signedAuthToken();

    /**
     * Authenticates with a token and saves the token in the store.
     *
     * @return fails with the server's error, and the client is then not authenticated; a failure to
     *     reach the server and a time-out do not change the state
     */
    CompletableFuture<AuthStatus> authenticate(String signedAuthToken);

    /**
     * Removes the token from the store and notifies the server. {@link #authState} changes immediately.
     *
     * @return completes when the store has responded; never fails
     */
    CompletableFuture<Void> deauthenticate();

    // ---- channels

    /** Returns a handle of a channel, to subscribe and to publish. Does not subscribe. */
    <T> RealtimeChannel<T> channel(String channel, TypeRef<T> type);

    default <T> RealtimeChannel<T> channel(String channel, Class<T> type) {
        return channel(channel, TypeRef.of(type));
    }

    default RealtimeChannel<Payload> channel(String channel) {
        return channel(channel, Payload.class);
    }

    /** Subscribes to a channel: {@code channel(channel, type).subscribe()}. */
    default <T> RealtimeChannel<T> subscribe(String channel, TypeRef<T> type) {
        return channel(channel, type).subscribe();
    }

    /** Subscribes to a channel: {@code channel(channel, type).subscribe()}. */
    default <T> RealtimeChannel<T> subscribe(String channel, Class<T> type) {
        return channel(channel, type).subscribe();
    }

    /** Subscribes to a channel: {@code channel(channel).subscribe()}. */
    default RealtimeChannel<Payload> subscribe(String channel) {
        return channel(channel).subscribe();
    }

    /** Returns the subscribed channels and, with {@code includePending}, the pending ones, in the order of subscribing. */
    List<String> subscriptions(boolean includePending);

    /**
     * Sends the pending subscriptions of a connection that opened without {@code autoSubscribeOnConnect}. New subscriptions stay
     * pending until this call.
     */
    void processPendingSubscriptions();

    /** Returns whether the connection waits for {@link #processPendingSubscriptions}. */
    boolean isPreparingPendingSubscriptions();

    /** Returns the streams and listeners of data, by channel name. */
    Streams channelOutputs();

    /** Returns the streams and listeners of {@link ChannelEvent}s, by names such as {@code news/subscribe}. */
    Streams channelListeners();

    /** Ends the data and event streams of a channel after their buffered items. The subscription stays. */
    void closeChannel(String channel);

    /** Ends the data and event streams of a channel and drops their buffered items. The subscription stays. */
    void killChannel(String channel);

    // ---- listeners

    /** Calls {@code listener} when the server has accepted a handshake. */
    default Subscription onConnect(Consumer<? super ClientEvent.Connect> listener) {
        return on(ClientEvent.Connect.class, listener);
    }

    /** Calls {@code listener} when an open connection has ended. */
    default Subscription onDisconnect(Consumer<? super CloseReason> listener) {
        return on(ClientEvent.Disconnect.class, event -> listener.accept(event.closeReason()));
    }

    /** Calls {@code listener} when {@link #close} is complete. */
    Subscription onClose(Runnable listener);

    /**
     * Calls {@code listener} with each failure of a connection, of sending, of decoding, or of another listener. Failures without a
     * listener are logged.
     */
    default Subscription onError(Consumer<? super Throwable> listener) {
        return on(ClientEvent.Failure.class, failure -> listener.accept(failure.error()));
    }

    /** {@inheritDoc} Disconnects with the code 1000, emits the events of the end, and ends all streams after their buffered items. */
    @Override
    void close();

    /** Builder of a client. Not thread-safe. */
    final class Builder extends ClientOptions<Builder> {

        Builder(URI url) {
            super(url);
        }

        private Builder(ClientConfig config) {
            super(config);
        }

        /**
         * Creates a client with a copy of these options. The client connects on {@link RealtimeClient#connect()} or when it sends: the
         * original's {@code autoConnect: false}.
         *
         * @throws IllegalArgumentException if the options contradict each other
         * @throws IllegalStateException if the transport or the JSON codec is missing
         */
        public RealtimeClient build() {
            tokenStore = givenTokenStore == null ? TokenStore.inMemory() : givenTokenStore;
            return DefaultRealtimeClient.create(config(), Builder::new, Builder::config);
        }

        /** Creates a client and connects it: the original's {@code autoConnect}. */
        public RealtimeClient connect() {
            RealtimeClient client = build();
            CompletableFuture<Void> unused = client.connect();
            return client;
        }
    }
}
