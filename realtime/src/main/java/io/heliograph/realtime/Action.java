package io.heliograph.realtime;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An inbound or outbound action of a connection that middleware allows or blocks.
 *
 * <p>The connection processes its further packets after the decision, in order; other connections are not affected. An action
 * without a decision is blocked after the server's {@code middlewareTimeout}.
 */
public sealed interface Action {

    /** Returns the original's name of the type of action, such as {@code publishIn}. */
    String type();

    /** Returns the socket; null for {@link HandshakeWs}. */
    @Nullable
    RealtimeSocket socket();

    /** Middleware {@code handshake}: an HTTP upgrade, before the check of its origin. */
    record HandshakeWs(HttpRequest request) implements Action {
        @Override
        public String type() {
            return "handshakeWS";
        }

        @Override
        public @Nullable RealtimeSocket socket() {
            return null;
        }
    }

    /** Middleware {@code handshake}: the packet {@code #handshake}, after the verification of its token. */
    record HandshakeSc(
            RealtimeSocket socket,
            HttpRequest request,
            @Nullable String signedAuthToken,
            Optional<RealtimeException> authTokenError,
            @Nullable AuthToken authToken,
            AuthState authState)
            implements Action {
        @Override
        public String type() {
            return "handshakeSC";
        }

        /** Returns the socket and state without the token. */
        @Override
        public String toString() {
            return "HandshakeSc[" + socket + ", " + authState + "]";
        }
    }

    /** Middleware {@code inboundRaw}: any message, including pongs. */
    record Message(RealtimeSocket socket, Frame data) implements Action {
        @Override
        public String type() {
            return "message";
        }
    }

    /** Middleware {@code inbound}: a one-way event. */
    record Transmit(
            RealtimeSocket socket, String receiver, Payload data, Optional<AuthTokenException> authTokenExpiredError)
            implements Action {
        @Override
        public String type() {
            return "transmit";
        }
    }

    /** Middleware {@code inbound}: a request. */
    record Invoke(
            RealtimeSocket socket, String procedure, Payload data, Optional<AuthTokenException> authTokenExpiredError)
            implements Action {
        @Override
        public String type() {
            return "invoke";
        }
    }

    /** Middleware {@code inbound}: a subscription. */
    record Subscribe(
            RealtimeSocket socket, String channel, Payload data, Optional<AuthTokenException> authTokenExpiredError)
            implements Action {
        @Override
        public String type() {
            return "subscribe";
        }
    }

    /** Middleware {@code inbound}: a publication of the client. */
    record PublishIn(
            RealtimeSocket socket, String channel, Payload data, Optional<AuthTokenException> authTokenExpiredError)
            implements Action {
        @Override
        public String type() {
            return "publishIn";
        }
    }

    /** Middleware {@code inbound}: a verified token. */
    record Authenticate(RealtimeSocket socket, String signedAuthToken, AuthToken authToken) implements Action {
        @Override
        public String type() {
            return "authenticate";
        }

        /** Returns the socket and state without the token. */
        @Override
        public String toString() {
            return "Authenticate[" + socket + "]";
        }
    }

    /** Middleware {@code outbound}: a publication to the client. */
    record PublishOut(RealtimeSocket socket, String channel, Payload data) implements Action {
        @Override
        public String type() {
            return "publishOut";
        }
    }
}
