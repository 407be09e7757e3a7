package io.heliograph.realtime;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An event of a server-side connection. Names and fields are those of the original. */
public sealed interface SocketEvent {

    /** Any message after raw middleware, including pongs. */
    record Message(Frame message) implements SocketEvent {}

    /** A message, or an element of a batch, that is not a packet; contains the whole message. */
    record Raw(Frame message) implements SocketEvent {}

    /** The server accepted the handshake. */
    record Connect(String id, long pingTimeout, boolean isAuthenticated, Optional<RealtimeException> authError)
            implements SocketEvent {}

    /** The connection closed before the handshake was accepted. */
    record ConnectAbort(int code, @Nullable String reason) implements SocketEvent {}

    /** The connection closed after the handshake was accepted. */
    record Disconnect(int code, @Nullable String reason) implements SocketEvent {}

    /** The connection closed, before or after the handshake. */
    record Close(int code, @Nullable String reason) implements SocketEvent {}

    /** The connection has no more subscriptions. The last event. */
    record End() implements SocketEvent {}

    /** A failure without a caller; {@code error} in the original. */
    record Failure(Throwable error) implements SocketEvent {}

    record Authenticate(AuthToken authToken) implements SocketEvent {}

    record Deauthenticate(@Nullable AuthToken oldAuthToken) implements SocketEvent {}

    record AuthStateChange(
            AuthState oldAuthState,
            AuthState newAuthState,
            @Nullable AuthToken authToken) implements SocketEvent {}

    record AuthTokenSigned(String signedAuthToken) implements SocketEvent {
        /** Returns the event without the token. */
        @Override
        public String toString() {
            return "AuthTokenSigned[]";
        }
    }

    record BadAuthToken(
            RealtimeException authError, @Nullable Object signedAuthToken) implements SocketEvent {
        /** Returns the event without the token. */
        @Override
        public String toString() {
            return "BadAuthToken[authError=" + authError + "]";
        }
    }

    /**
     * The connection subscribed to a channel.
     *
     * @param subscriptionOptions members of the client's packet other than the channel
     */
    record Subscribe(String channel, Map<String, Payload> subscriptionOptions) implements SocketEvent {}

    record Unsubscribe(String channel) implements SocketEvent {}

    /**
     * A limit dropped outbound messages or rejected inbound messages.
     *
     * @param reason the reason in the statistics
     */
    record Dropped(DropReason reason, long messages) implements SocketEvent {}
}
