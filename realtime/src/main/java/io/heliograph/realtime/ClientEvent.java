package io.heliograph.realtime;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happens to a client. Each kind has the name and the fields that the original gives it. */
public sealed interface ClientEvent {

    record Connecting() implements ClientEvent {}

    /**
     * The server has accepted the handshake.
     *
     * @param authToken the token that was presented, or null
     */
    record Connect(
            String id,
            long pingTimeout,
            boolean isAuthenticated,
            Optional<RealtimeException> authError,
            @Nullable String authToken)
            implements ClientEvent {
        /** Without the token. */
        @Override
        public String toString() {
            return "Connect[id=" + id + ", isAuthenticated=" + isAuthenticated + "]";
        }
    }

    record ConnectAbort(int code, @Nullable String reason) implements ClientEvent {}

    record Disconnect(int code, @Nullable String reason) implements ClientEvent {}

    record Close(int code, @Nullable String reason) implements ClientEvent {}

    /** What the original calls {@code error}. */
    record Failure(Throwable error) implements ClientEvent {}

    /** Any message, pings included. */
    record Message(Frame message) implements ClientEvent {}

    /** A message, or a part of a batch, that is no packet; the whole message. */
    record Raw(Frame message) implements ClientEvent {}

    record AuthStateChange(
            AuthState oldAuthState,
            AuthState newAuthState,
            @Nullable String signedAuthToken,
            @Nullable AuthToken authToken)
            implements ClientEvent {
        /** Without the token. */
        @Override
        public String toString() {
            return "AuthStateChange[" + oldAuthState + " to " + newAuthState + "]";
        }
    }

    record Authenticate(String signedAuthToken, @Nullable AuthToken authToken) implements ClientEvent {
        /** Without the token. */
        @Override
        public String toString() {
            return "Authenticate[" + authToken + "]";
        }
    }

    record Deauthenticate(
            @Nullable String oldSignedAuthToken, @Nullable AuthToken oldAuthToken) implements ClientEvent {
        /** Without the token. */
        @Override
        public String toString() {
            return "Deauthenticate[" + oldAuthToken + "]";
        }
    }

    /** The stored token was removed. */
    record RemoveAuthToken(@Nullable String oldAuthToken) implements ClientEvent {
        /** Without the token. */
        @Override
        public String toString() {
            return "RemoveAuthToken[]";
        }
    }

    record SubscribeRequest(String channel, SubscribeOptions subscriptionOptions) implements ClientEvent {}

    record Subscribe(String channel, SubscribeOptions subscriptionOptions) implements ClientEvent {}

    record SubscribeFail(Throwable error, String channel, SubscribeOptions subscriptionOptions)
            implements ClientEvent {}

    record SubscribeStateChange(
            String channel,
            ChannelState oldChannelState,
            ChannelState newChannelState,
            @Nullable SubscribeOptions subscriptionOptions)
            implements ClientEvent {}

    record Unsubscribe(String channel) implements ClientEvent {}

    record KickOut(String channel, Payload message) implements ClientEvent {}

    /** Messages were dropped because of a limit. */
    record Dropped(DropReason reason, long messages) implements ClientEvent {}
}
