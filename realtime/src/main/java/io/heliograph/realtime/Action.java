package io.heliograph.realtime;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something a client is about to do, or have done to it, that middleware allows or blocks.
 *
 * <p>Its socket waits for the decision: what comes after it is held back, in order, and nothing else is. One that is never
 * decided is blocked after the server's {@code middlewareTimeout}.
 */
public sealed interface Action {

    /** The name that the original gives the kind, as {@code publishIn}. */
    String type();

    /** The socket; none before there is one. */
    @Nullable
    RealtimeSocket socket();

    /** Of the middleware {@code handshake}: an HTTP request for a WebSocket, before its origin is looked at. */
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

    /** Of the middleware {@code handshake}: the packet {@code #handshake}, its token verified or found wanting. */
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

        /** Without the token. */
        @Override
        public String toString() {
            return "HandshakeSc[" + socket + ", " + authState + "]";
        }
    }

    /** Of the middleware {@code inboundRaw}: any message, pongs included. */
    record Message(RealtimeSocket socket, Frame data) implements Action {
        @Override
        public String type() {
            return "message";
        }
    }

    /** Of the middleware {@code inbound}: a one-way event. */
    record Transmit(
            RealtimeSocket socket, String receiver, Payload data, Optional<AuthTokenException> authTokenExpiredError)
            implements Action {
        @Override
        public String type() {
            return "transmit";
        }
    }

    /** Of the middleware {@code inbound}: a request. */
    record Invoke(
            RealtimeSocket socket, String procedure, Payload data, Optional<AuthTokenException> authTokenExpiredError)
            implements Action {
        @Override
        public String type() {
            return "invoke";
        }
    }

    /** Of the middleware {@code inbound}: a subscription. */
    record Subscribe(
            RealtimeSocket socket, String channel, Payload data, Optional<AuthTokenException> authTokenExpiredError)
            implements Action {
        @Override
        public String type() {
            return "subscribe";
        }
    }

    /** Of the middleware {@code inbound}: a publication by the client. */
    record PublishIn(
            RealtimeSocket socket, String channel, Payload data, Optional<AuthTokenException> authTokenExpiredError)
            implements Action {
        @Override
        public String type() {
            return "publishIn";
        }
    }

    /** Of the middleware {@code inbound}: a token that was verified. */
    record Authenticate(RealtimeSocket socket, String signedAuthToken, AuthToken authToken) implements Action {
        @Override
        public String type() {
            return "authenticate";
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "Authenticate[" + socket + "]";
        }
    }

    /** Of the middleware {@code outbound}: a publication on its way to the client. */
    record PublishOut(RealtimeSocket socket, String channel, Payload data) implements Action {
        @Override
        public String type() {
            return "publishOut";
        }
    }
}
