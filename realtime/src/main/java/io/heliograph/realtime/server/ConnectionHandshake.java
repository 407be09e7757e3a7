package io.heliograph.realtime.server;

import io.heliograph.codec.Payload;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.packet.WireErrors;
import io.heliograph.realtime.session.CloseCodes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Processing of one packet {@code #handshake}. Event loop only. */
final class ConnectionHandshake {

    private final DefaultRealtimeSocket socket;
    private final String cid;
    private final Payload data;

    ConnectionHandshake(DefaultRealtimeSocket socket, String cid, Payload data) {
        this.socket = socket;
        this.cid = cid;
        this.data = data;
    }

    void begin() {
        socket.inbound.handshakeReceived();
        if (socket.backend != null) {
            socket.backend.connect();
        }
        String token = socket.context.reader.string(data, PacketCodec.Field.AUTH_TOKEN);
        Object presented = token == null
                ? ConnectionAuth.presented(socket.context.reader.member(data, PacketCodec.Field.AUTH_TOKEN))
                : token;
        socket.auth.verify(truthy(presented), verified -> {
            if (isPending()) {
                admit(verified);
            }
        });
    }

    private void admit(ConnectionAuth.Verified verified) {
        BackendConnection backend = socket.backend;
        if (backend == null) {
            askHandshake(verified);
            return;
        }
        backend.tokenChanged(verified.token());
        backend.admit(() -> askHandshake(verified), this::reject);
    }

    /** Returns null for a falsy value: a client without a token sends null, an empty string or nothing. */
    private static @Nullable Object truthy(@Nullable Object value) {
        boolean falsy = value == null
                || "".equals(value)
                || Boolean.FALSE.equals(value)
                || (value instanceof Number number && number.doubleValue() == 0);
        return falsy ? null : value;
    }

    /** Returns true while the handshake is pending. */
    private boolean isPending() {
        return socket.state() == SocketState.CONNECTING;
    }

    private void askHandshake(ConnectionAuth.Verified verified) {
        if (!socket.server.middlewares.has(ActionKind.HANDSHAKE_SC)) {
            authenticate(verified);
            return;
        }
        AuthToken token = verified.token();
        Action.HandshakeSc action = new Action.HandshakeSc(
                socket,
                socket.request(),
                verified.presented() instanceof String signed ? signed : null,
                Optional.<RealtimeException>ofNullable(verified.error()),
                token,
                token == null ? AuthState.UNAUTHENTICATED : AuthState.AUTHENTICATED);
        socket.inbound.hold();
        socket.steps.decide(
                ActionKind.HANDSHAKE_SC,
                action,
                allowed -> {
                    if (isPending()) {
                        authenticate(verified);
                    }
                    socket.inbound.release();
                },
                error -> {
                    if (isPending()) {
                        reject(error);
                    }
                    socket.inbound.release();
                });
    }

    private void reject(Throwable error) {
        RealtimeException rejection =
                error instanceof RealtimeException known ? known : RealtimeException.of("Error", WireErrors.NEUTRAL);
        int code = CloseCodes.HANDSHAKE_REJECTED;
        if (rejection.fields().get("statusCode") instanceof Number wanted && CloseCodes.isSendable(wanted.intValue())) {
            code = wanted.intValue();
        } else {
            rejection = rejection.with("statusCode", code);
        }
        socket.fail(cid, rejection);
        socket.closer.closeWith(code);
    }

    private void authenticate(ConnectionAuth.Verified verified) {
        AuthState before = socket.auth.state();
        socket.auth.apply(verified, error -> {
            if (isPending()) {
                if (socket.backend != null) {
                    socket.backend.tokenChanged(socket.auth.token().orElse(null));
                }
                open(before, verified.presented() == null ? null : error);
            }
        });
    }

    private void open(AuthState before, @Nullable Throwable authError) {
        boolean authenticated = socket.auth.state() == AuthState.AUTHENTICATED;
        socket.opened();
        socket.respondAhead(cid, status(authenticated, authError));
        if (socket.config.batching().onHandshake()) {
            socket.batcher().batchOnHandshake(socket.config.batching().onHandshakeDuration());
        }
        emitConnection(authenticated, authError);
        if (authenticated) {
            socket.auth.emitAuthentication(before);
        }
        socket.offerAnswered("#handshake", cid, data);
    }

    private void emitConnection(boolean authenticated, @Nullable Throwable authError) {
        if (!socket.events.isObserved(ServerEvent.Connection.class)) {
            return;
        }
        Optional<RealtimeException> error = authError instanceof RealtimeException known
                ? Optional.of(known)
                : Optional.ofNullable(authError).map(other -> RealtimeException.of("Error", WireErrors.NEUTRAL));
        long pingTimeout = socket.config.timing().pingTimeout().toMillis();
        socket.events.emit(
                new SocketEvent.Connect(socket.id(), pingTimeout, authenticated, error),
                new ServerEvent.Connection(socket, socket.id(), pingTimeout, authenticated, error));
    }

    /** Returns the data of the response. */
    private Map<String, @Nullable Object> status(boolean authenticated, @Nullable Throwable authError) {
        Map<String, @Nullable Object> status = new LinkedHashMap<>();
        status.put("id", socket.id());
        status.put("pingTimeout", socket.config.timing().pingTimeout().toMillis());
        if (authError != null) {
            status.put("authError", WireErrors.dehydrate(authError));
        }
        status.put("isAuthenticated", authenticated);
        return status;
    }
}
