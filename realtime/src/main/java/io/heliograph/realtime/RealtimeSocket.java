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
 * A server's end of a connection.
 *
 * <p><b>Life.</b> It begins when the WebSocket is open, as {@link SocketState#CONNECTING}; is {@link SocketState#OPEN} once the
 * packet {@code #handshake} was accepted; and ends once, with {@code ConnectAbort} or {@code Disconnect}, {@code Close}, an {@code
 * Unsubscribe} for each channel, and {@code End}.
 *
 * <p><b>Order.</b> What the client sends is processed in order, one packet after the other; a packet waits while middleware, the
 * token or the broker take time over the one before, and for nothing else. Listeners of the socket, and those of the server that
 * are told of it, run one at a time in that order; they do not hold up the processing, unless too many events wait for them: then
 * the client is not read from.
 */
public interface RealtimeSocket extends RealtimePeer, EventSource<SocketEvent> {

    /** The socket's name, chosen by the server: 20 characters of URL-safe base64. */
    String id();

    RealtimeServer server();

    SocketState state();

    /** The HTTP request that became the WebSocket, with its target, query and headers. */
    HttpRequest request();

    /** Whom the connection comes from; a proxy, where one stands between. */
    default Address peer() {
        return request().peer();
    }

    // ---- authentication

    AuthState authState();

    default boolean isAuthenticated() {
        return authState() == AuthState.AUTHENTICATED;
    }

    /** What the token says; empty while it is not authenticated. */
    Optional<AuthToken> authToken();

    /** The token as it is signed; empty while it is not authenticated, and until it is signed. */
    Optional<String> signedAuthToken();

    /** Authenticates the client for the server's {@code authDefaultExpiry}, or until the claim {@code exp}. */
    default CompletableFuture<Void> setAuthToken(Object claims) {
        return setAuthToken(claims, TokenOptions.defaults());
    }

    /**
     * Authenticates the client: signs a token and sends it, ahead of a response that is given afterwards by the same thread.
     *
     * @param claims an object, such as a map or a record
     * @return completes when the token is on its way, or, if the options ask for it, when the client has confirmed it, else with
     *     an {@link AuthException}. Fails before the handshake is complete with an {@link InvalidActionException}; if it cannot be
     *     signed, which ends the connection with 4002
     */
    CompletableFuture<Void> setAuthToken(Object claims, TokenOptions options);

    /** Takes the authentication back and tells the client, which forgets its token. Subscriptions stay. */
    void deauthenticate();

    /** As {@link #deauthenticate()}; completes when the client has confirmed, or with the reason why it has not. */
    CompletableFuture<Void> deauthenticateConfirmed();

    /** Takes the authentication back without telling the client. */
    void deauthenticateSelf();

    // ---- channels

    /** The channels it is subscribed to. A copy. */
    Set<String> subscriptions();

    boolean isSubscribed(String channel);

    /** Takes it out of all its channels; the client does not subscribe to them again by itself. */
    CompletableFuture<Void> kickOut();

    /** Takes it out of a channel, without a message. */
    CompletableFuture<Void> kickOut(String channel);

    /** Takes it out of a channel, telling the client why. */
    default CompletableFuture<Void> kickOut(String channel, @Nullable Object message) {
        return kickOut(Set.of(channel), message);
    }

    /**
     * Takes it out of channels, telling the client why.
     *
     * @return fails with an {@link InvalidActionException} if it was not subscribed to one of them, which the client is told of
     *     all the same
     */
    CompletableFuture<Void> kickOut(Collection<String> channels, @Nullable Object message);

    // ---- the end

    /** Closes with 1000. */
    default void disconnect() {
        disconnect(1000);
    }

    /** Closes with a code, without a reason. */
    void disconnect(int code);

    /**
     * Closes with a code and a reason, which the client is told after what was sent before. Its end is told at once, without
     * waiting for the client. Nothing happens if it has ended.
     *
     * @param code 1000 to 1014 except 1004 to 1006, or 3000 to 4999
     * @param reason at most 123 bytes in UTF-8
     * @throws IllegalArgumentException if a WebSocket could not send them
     */
    void disconnect(int code, String reason);

    /** Cuts the connection off, with the code 1006 on both sides; what waits to be sent is dropped. */
    void terminate();

    // ---- below packets, and beside the protocol

    /**
     * Sends a message that is no packet.
     *
     * @return whether it was accepted
     */
    boolean send(Frame message);

    /** Messages that were received and whose processing has not begun. */
    long inboundBackpressure();

    /** Transmits, invokes and publications that were accepted and have not been given to the connection. */
    long outboundBackpressure();

    /** The most of {@link #inboundBackpressure()}, {@link #outboundBackpressure()}, and what waits for consumers. */
    @Override
    long backpressure();

    /** What the application keeps with the socket; null until it puts something there. */
    @Nullable
    Object attachment();

    /** Keeps something with the socket, in place of what was there. */
    void attach(@Nullable Object attachment);
}
