package io.heliograph.realtime;

import io.heliograph.Address;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Server side of a connection.
 *
 * <p><b>Life cycle.</b> A socket is {@link SocketState#CONNECTING} when its WebSocket opens, {@link SocketState#OPEN} after the
 * accepted packet {@code #handshake}, and closes once, with the events {@code ConnectAbort} or {@code Disconnect}, {@code Close}, an
 * {@code Unsubscribe} for each channel, and {@code End}.
 *
 * <p><b>Order.</b> Packets are processed in order. Only pending middleware, token verification or broker operations of the
 * previous packet delay a packet. Listeners of the socket, and server listeners of its events, run one at a time in that order.
 * They do not delay the processing of packets, unless their queue is full: reading is paused then.
 */
public interface RealtimeSocket extends RealtimePeer, EventSource<SocketEvent> {

    /** Returns the id that the server assigned: 20 characters of URL-safe base64. */
    String id();

    RealtimeServer server();

    SocketState state();

    /** Returns the HTTP upgrade request with its target, query and headers. */
    HttpRequest request();

    /** Returns the remote address, which is that of the proxy if there is one. */
    default Address peer() {
        return request().peer();
    }

    // ---- authentication

    AuthState authState();

    default boolean isAuthenticated() {
        return authState() == AuthState.AUTHENTICATED;
    }

    /** Returns the token; empty while the socket is unauthenticated. */
    Optional<AuthToken> authToken();

    /** Returns the signed token; empty while the socket is unauthenticated or signing is pending. */
    Optional<String> signedAuthToken();

    /** Authenticates the client for the server's {@code authDefaultExpiry}, or until the claim {@code exp}. */
    default CompletableFuture<Void> setAuthToken(Object claims) {
        return setAuthToken(claims, TokenOptions.defaults());
    }

    /**
     * Authenticates the client: signs a token and sends it, before any response that the same thread sends afterwards.
     *
     * @param claims an object, such as a map or a record
     * @return completes when the token is sent or, if the options require it, when the client has acknowledged it. Fails with an
     *     {@link AuthException} without an acknowledgment, with an {@link InvalidActionException} before the handshake, and if
     *     signing fails, which closes the connection with 4002
     */
    CompletableFuture<Void> setAuthToken(Object claims, TokenOptions options);

    /** Revokes the authentication and makes the client remove its token. Middleware decides about the subscriptions again, unless the server has {@code recheckSubscriptions(false)}. */
    void deauthenticate();

    /** Revokes the authentication like {@link #deauthenticate()}. Completes with the client's acknowledgment. */
    CompletableFuture<Void> deauthenticateConfirmed();

    /** Revokes the authentication without notifying the client. */
    void deauthenticateSelf();

    // ---- channels

    /** Returns a copy of the subscribed channels. */
    Set<String> subscriptions();

    boolean isSubscribed(String channel);

    /** Unsubscribes the client from all channels; the client does not resubscribe automatically. */
    CompletableFuture<Void> kickOut();

    /** Unsubscribes the client from a channel, without a message. */
    CompletableFuture<Void> kickOut(String channel);

    /** Unsubscribes the client from a channel, with a message. */
    default CompletableFuture<Void> kickOut(String channel, @Nullable Object message) {
        return kickOut(Set.of(channel), message);
    }

    /**
     * Unsubscribes the client from channels, with a message.
     *
     * @return fails with an {@link InvalidActionException} if the client was not subscribed to a channel; the client is notified
     *     of this channel, too
     */
    CompletableFuture<Void> kickOut(Collection<String> channels, @Nullable Object message);

    // ---- close

    /** Closes with 1000. */
    default void disconnect() {
        disconnect(1000);
    }

    /** Closes with a code, without a reason. */
    void disconnect(int code);

    /**
     * Closes with a code and a reason, after all accepted messages. The events of the close follow at once, without waiting for the
     * client. Has no effect on a closed socket.
     *
     * @param code 1000 to 1014 except 1004 to 1006, or 3000 to 4999
     * @param reason at most 123 bytes in UTF-8
     * @throws IllegalArgumentException if the code or reason is not valid in a close frame
     */
    void disconnect(int code, String reason);

    /** Disconnects without a close frame, with the code 1006 on both sides. Queued messages are dropped. */
    void terminate();

    // ---- raw messages and state

    /**
     * Sends a message that is not a packet.
     *
     * @return true if the message was accepted
     */
    boolean send(Frame message);

    /** Returns the number of received messages whose processing is pending. */
    long inboundBackpressure();

    /** Returns the number of accepted events, requests and publications that are not yet written to the connection. */
    long outboundBackpressure();

    /** Returns the maximum of {@link #inboundBackpressure()}, {@link #outboundBackpressure()} and the queues of consumers. */
    @Override
    long backpressure();

    /** Returns the application's attachment, or null. */
    @Nullable
    Object attachment();

    /** Replaces the application's attachment. */
    void attach(@Nullable Object attachment);
}
