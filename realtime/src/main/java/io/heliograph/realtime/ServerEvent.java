package io.heliograph.realtime;

import io.heliograph.codec.Payload;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happens to a server. Each kind has the name and the fields that the original gives it. */
public sealed interface ServerEvent {

    /** It listens. */
    record Ready() implements ServerEvent {}

    /** It cannot listen, or cannot go on. */
    record Failure(Throwable error) implements ServerEvent {}

    /** Anything that went wrong with a socket, a handshake, the broker or middleware. */
    record Warning(Throwable warning) implements ServerEvent {}

    /** A WebSocket has opened; the packet {@code #handshake} has not come. */
    record Handshake(RealtimeSocket socket) implements ServerEvent {}

    /** A handshake was accepted. */
    record Connection(
            RealtimeSocket socket,
            String id,
            long pingTimeout,
            boolean isAuthenticated,
            Optional<RealtimeException> authError)
            implements ServerEvent {}

    record ConnectionAbort(
            RealtimeSocket socket, int code, @Nullable String reason) implements ServerEvent {}

    record Disconnection(
            RealtimeSocket socket, int code, @Nullable String reason) implements ServerEvent {}

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
        /** Without the token. */
        @Override
        public String toString() {
            return "BadSocketAuthToken[socket=" + socket + ", authError=" + authError + "]";
        }
    }

    record Subscription(RealtimeSocket socket, String channel, Map<String, Payload> subscriptionOptions)
            implements ServerEvent {}

    record Unsubscription(RealtimeSocket socket, String channel) implements ServerEvent {}

    /** Messages were dropped, or a socket was refused or closed, because of a limit. */
    record Dropped(@Nullable RealtimeSocket socket, io.heliograph.DropReason reason, long messages)
            implements ServerEvent {}
}
