package io.heliograph.realtime;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.http.HttpRequest;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An event of a server. Names and fields are those of the original. */
public sealed interface ServerEvent {

    /** The server accepts connections. */
    record Ready() implements ServerEvent {}

    /** The server cannot listen. */
    record Failure(Throwable error) implements ServerEvent {}

    /**
     * A failure without a caller: of a connection, a handshake, the broker, middleware or a listener.
     *
     * @param socket the connection; null without one
     * @param request the request of the connection or of a refused upgrade; null without one
     */
    record Warning(
            Throwable warning,
            @Nullable RealtimeSocket socket,
            @Nullable HttpRequest request) implements ServerEvent {}

    /** A WebSocket opened; the packet {@code #handshake} is pending. */
    record Handshake(RealtimeSocket socket) implements ServerEvent {}

    /** The server accepted a handshake. */
    record Connection(
            RealtimeSocket socket,
            String id,
            long pingTimeout,
            boolean isAuthenticated,
            Optional<RealtimeException> authError)
            implements ServerEvent {}

    /** A connection closed before its handshake was accepted. */
    record ConnectionAbort(
            RealtimeSocket socket, int code, @Nullable String reason) implements ServerEvent {}

    /** A connection closed after its handshake was accepted. */
    record Disconnection(
            RealtimeSocket socket, int code, @Nullable String reason) implements ServerEvent {}

    /** A connection closed, before or after its handshake. */
    record Closure(
            RealtimeSocket socket, int code, @Nullable String reason) implements ServerEvent {}

    record Authentication(RealtimeSocket socket, AuthToken authToken) implements ServerEvent {}

    record Deauthentication(RealtimeSocket socket, @Nullable AuthToken oldAuthToken) implements ServerEvent {}

    record AuthenticationStateChange(
            RealtimeSocket socket,
            AuthState oldAuthState,
            AuthState newAuthState,
            @Nullable AuthToken authToken) implements ServerEvent {}

    record BadSocketAuthToken(
            RealtimeSocket socket,
            RealtimeException authError,
            @Nullable Object signedAuthToken) implements ServerEvent {
        /** Returns the event without the token. */
        @Override
        public String toString() {
            return "BadSocketAuthToken[socket=" + socket + ", authError=" + authError + "]";
        }
    }

    record Subscription(RealtimeSocket socket, String channel, Map<String, Payload> subscriptionOptions)
            implements ServerEvent {}

    record Unsubscription(RealtimeSocket socket, String channel) implements ServerEvent {}

    /** A limit dropped messages, or rejected or closed a connection. */
    record Dropped(@Nullable RealtimeSocket socket, DropReason reason, long messages) implements ServerEvent {}
}
