package io.heliograph.realtime;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happens to a server's socket. Each kind has the name and the fields that the original gives it. */
public sealed interface SocketEvent {

    /** Any message, after raw middleware, pongs included. */
    record Message(Frame message) implements SocketEvent {}

    /** A message, or a part of a batch, that is no packet; the whole message. */
    record Raw(Frame message) implements SocketEvent {}

    /** The handshake was accepted. */
    record Connect(String id, long pingTimeout, boolean isAuthenticated, Optional<RealtimeException> authError)
            implements SocketEvent {}

    /** It ended before the handshake was accepted. */
    record ConnectAbort(int code, @Nullable String reason) implements SocketEvent {}

    /** It ended after the handshake was accepted. */
    record Disconnect(int code, @Nullable String reason) implements SocketEvent {}

    /** It ended, before or after. */
    record Close(int code, @Nullable String reason) implements SocketEvent {}

    /** It is unsubscribed from everything, and nothing follows. */
    record End() implements SocketEvent {}

    /** What the original calls {@code error}. */
    record Failure(Throwable error) implements SocketEvent {}

    record Authenticate(AuthToken authToken) implements SocketEvent {}

    record Deauthenticate(@Nullable AuthToken oldAuthToken) implements SocketEvent {}

    record AuthStateChange(
            AuthState oldAuthState,
            AuthState newAuthState,
            @Nullable AuthToken authToken) implements SocketEvent {}

    record AuthTokenSigned(String signedAuthToken) implements SocketEvent {
        /** Without the token. */
        @Override
        public String toString() {
            return "AuthTokenSigned[]";
        }
    }

    record BadAuthToken(
            RealtimeException authError, @Nullable Object signedAuthToken) implements SocketEvent {
        /** Without the token. */
        @Override
        public String toString() {
            return "BadAuthToken[authError=" + authError + "]";
        }
    }

    /**
     * Subscribed.
     *
     * @param subscriptionOptions what the client sent beside the name of the channel
     */
    record Subscribe(String channel, Map<String, Payload> subscriptionOptions) implements SocketEvent {}

    record Unsubscribe(String channel) implements SocketEvent {}

    /**
     * Messages were not sent to, or not accepted from, this socket because of a limit.
     *
     * @param reason as in the statistics
     */
    record Dropped(io.heliograph.DropReason reason, long messages) implements SocketEvent {}
}
