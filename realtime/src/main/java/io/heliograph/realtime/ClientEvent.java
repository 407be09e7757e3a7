package io.heliograph.realtime;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Event of a client. Each kind has the name and the fields of the original; recovery, gaps and drops are added. */
public sealed interface ClientEvent {

    record Connecting() implements ClientEvent {}

    /**
     * The server has accepted the handshake.
     *
     * @param authToken the presented token, or null
     */
    record Connect(
            String id,
            long pingTimeout,
            boolean isAuthenticated,
            Optional<RealtimeException> authError,
            @Nullable String authToken)
            implements ClientEvent {
        /** Returns the event without the token. */
        @Override
        public String toString() {
            return "Connect[id=" + id + ", isAuthenticated=" + isAuthenticated + "]";
        }
    }

    record ConnectAbort(int code, @Nullable String reason) implements ClientEvent {}

    /**
     * An open connection has ended.
     *
     * @param closeReason local for {@link RealtimeClient#disconnect()}, remote for a close frame or a close code of the protocol, failed for a
     *     transport failure
     */
    record Disconnect(int code, @Nullable String reason, CloseReason closeReason) implements ClientEvent {}

    record Close(int code, @Nullable String reason) implements ClientEvent {}

    /** The event {@code error} of the original. */
    record Failure(Throwable error) implements ClientEvent {}

    /** A received message, including pings. */
    record Message(Frame message) implements ClientEvent {}

    /** A received message that is not a packet, or that is a batch with such an element. */
    record Raw(Frame message) implements ClientEvent {}

    record AuthStateChange(
            AuthState oldAuthState,
            AuthState newAuthState,
            @Nullable String signedAuthToken,
            @Nullable AuthToken authToken)
            implements ClientEvent {
        /** Returns the event without the token. */
        @Override
        public String toString() {
            return "AuthStateChange[" + oldAuthState + " to " + newAuthState + "]";
        }
    }

    record Authenticate(String signedAuthToken, @Nullable AuthToken authToken) implements ClientEvent {
        /** Returns the event without the token. */
        @Override
        public String toString() {
            return "Authenticate[" + authToken + "]";
        }
    }

    record Deauthenticate(
            @Nullable String oldSignedAuthToken, @Nullable AuthToken oldAuthToken) implements ClientEvent {
        /** Returns the event without the token. */
        @Override
        public String toString() {
            return "Deauthenticate[" + oldAuthToken + "]";
        }
    }

    /** The stored token was removed. */
    record RemoveAuthToken(@Nullable String oldAuthToken) implements ClientEvent {
        /** Returns the event without the token. */
        @Override
        public String toString() {
            return "RemoveAuthToken[]";
        }
    }

    record SubscribeRequest(String channel, SubscribeOptions subscriptionOptions) implements ClientEvent {}

    record Subscribe(String channel, SubscribeOptions subscriptionOptions, ChannelRecovery recovery)
            implements ClientEvent {}

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

    /** Publications of a channel are missing; see {@link ChannelEvent.Gap}. */
    record Gap(String channel, String reason) implements ClientEvent {}

    /** Messages were dropped at a limit. */
    record Dropped(DropReason reason, long messages) implements ClientEvent {}
}
