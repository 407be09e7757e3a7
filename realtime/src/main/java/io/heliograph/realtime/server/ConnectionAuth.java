package io.heliograph.realtime.server;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthException;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidArgumentsException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.packet.WireErrors;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.realtime.token.DefaultAuthToken;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who one client is. The status may be replaced by any thread, at once, so that who changed it sees the change; what follows from
 * it happens on the loop, in the order of the changes.
 */
final class ConnectionAuth {

    private static final Status NONE = new Status(null, null);
    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    private static final AtomicReferenceFieldUpdater<ConnectionAuth, Status> STATUS =
            AtomicReferenceFieldUpdater.newUpdater(ConnectionAuth.class, Status.class, "status");

    private final DefaultRealtimeSocket socket;
    private volatile Status status = NONE;

    /**
     * @param token null if it is not authenticated
     * @param signed null also until it is signed
     */
    private record Status(
            @Nullable AuthToken token, @Nullable String signed) {

        AuthState state() {
            return token == null ? AuthState.UNAUTHENTICATED : AuthState.AUTHENTICATED;
        }
    }

    /** What became of a token that a client presented; either {@code token} or {@code error} is there. */
    record Verified(
            @Nullable Object presented,
            @Nullable AuthToken token,
            @Nullable AuthTokenException error) {}

    ConnectionAuth(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    AuthState state() {
        return status.state();
    }

    Optional<AuthToken> token() {
        return Optional.ofNullable(status.token);
    }

    Optional<String> signed() {
        return Optional.ofNullable(status.signed);
    }

    // ---- tokens that the client presents

    /** What a client presents; what cannot be read stays as it is, and so is no text. */
    static @Nullable Object presented(Payload token) {
        try {
            return token.value();
        } catch (CodecException unreadable) {
            return token;
        }
    }

    /** Verifies, and goes on on the loop; what the client sends meanwhile is held back. */
    void verify(@Nullable Object presented, Consumer<Verified> then) {
        socket.steps.await(
                socket.server.auth.verify(presented, socket),
                token -> then.accept(new Verified(presented, token, null)),
                failure -> then.accept(new Verified(presented, null, tokenError(failure))));
    }

    private static AuthTokenException tokenError(Throwable failure) {
        return failure instanceof AuthTokenException known
                ? known
                : AuthTokenException.other(String.valueOf(failure.getMessage()));
    }

    /**
     * Takes on what a verified token says, if middleware allows.
     *
     * @param then given why not, or null; on the loop
     */
    void apply(Verified verified, Consumer<@Nullable Throwable> then) {
        AuthToken token = verified.token();
        if (token == null) {
            refuse(verified, verified.error(), verified.presented() != null, then);
            return;
        }
        Status taken = new Status(token, String.valueOf(verified.presented()));
        Status before = STATUS.getAndSet(this, taken);
        if (!socket.server.middlewares.has(ActionKind.AUTHENTICATE)) {
            then.accept(null);
            return;
        }
        socket.inbound.hold();
        socket.steps.decide(
                ActionKind.AUTHENTICATE,
                new Action.Authenticate(socket, String.valueOf(verified.presented()), token),
                allowed -> {
                    then.accept(null);
                    socket.inbound.release();
                },
                error -> {
                    // What it was before is what it loses.
                    STATUS.compareAndSet(this, taken, before);
                    if (isBadToken(error) && error instanceof RealtimeException bad) {
                        emitBadToken(bad, verified.presented());
                    }
                    refuse(verified, error, false, then);
                    socket.inbound.release();
                });
    }

    private void refuse(
            Verified verified, @Nullable Throwable error, boolean report, Consumer<@Nullable Throwable> then) {
        if (report && error instanceof AuthTokenException known) {
            socket.report(known);
            if (known.isBadToken()) {
                emitBadToken(known, verified.presented());
            }
        }
        if (verified.presented() == null || !isBadToken(error)) {
            Status lost = STATUS.getAndSet(this, NONE);
            if (lost.token != null) {
                emitStateChange(AuthState.AUTHENTICATED, AuthState.UNAUTHENTICATED, null);
                socket.door.tokenChanged();
            }
        } else {
            deauthenticate();
        }
        then.accept(error);
    }

    static boolean isBadToken(@Nullable Throwable error) {
        if (!(error instanceof RealtimeException known)) {
            return false;
        }
        Object bad = known.fields().get("isBadToken");
        return bad != null
                && !Boolean.FALSE.equals(bad)
                && !"".equals(bad)
                && !(bad instanceof Number number && number.doubleValue() == 0);
    }

    private void emitBadToken(RealtimeException error, @Nullable Object presented) {
        socket.events.emit(
                new SocketEvent.BadAuthToken(error, presented),
                new ServerEvent.BadSocketAuthToken(socket, error, presented));
    }

    /** The packet {@code #authenticate}. */
    void authenticate(String cid, Payload data) {
        AuthState before = state();
        verify(presented(data), verified -> {
            if (socket.state() == SocketState.CLOSED) {
                return;
            }
            apply(verified, error -> answer(cid, data, before, verified, error));
        });
    }

    private void answer(String cid, Payload data, AuthState before, Verified verified, @Nullable Throwable error) {
        if (socket.state() == SocketState.CLOSED) {
            return;
        }
        if (error == null) {
            emitAuthentication(before);
        } else if (isBadToken(error)) {
            if (verified.presented() == null) {
                deauthenticate();
            }
            socket.fail(cid, error);
            return;
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("isAuthenticated", error == null);
        answer.put("authError", error == null || verified.presented() == null ? null : WireErrors.dehydrate(error));
        socket.respond("#authenticate", cid, data, answer);
    }

    // ---- events

    /** Tells that it is authenticated, or is so again; on the loop. */
    void emitAuthentication(AuthState before) {
        AuthToken token = status.token;
        if (token == null) {
            return; // taken back meanwhile, which tells of itself
        }
        if (before != AuthState.AUTHENTICATED) {
            emitStateChange(before, AuthState.AUTHENTICATED, token);
        }
        if (socket.events.isObserved(ServerEvent.Authentication.class)) {
            socket.events.emit(new SocketEvent.Authenticate(token), new ServerEvent.Authentication(socket, token));
        }
        socket.door.tokenChanged();
    }

    private void emitStateChange(AuthState before, AuthState now, @Nullable AuthToken token) {
        if (socket.events.isObserved(ServerEvent.AuthenticationStateChange.class)) {
            socket.events.emit(
                    new SocketEvent.AuthStateChange(before, now, token),
                    new ServerEvent.AuthenticationStateChange(socket, before, now, token));
        }
    }

    // ---- tokens that the server gives

    CompletableFuture<Void> set(Object claims, TokenOptions options) {
        if (socket.state() == SocketState.CONNECTING) {
            InvalidActionException early =
                    new InvalidActionException("Cannot call setAuthToken before completing the handshake");
            socket.report(early);
            return CompletableFuture.failedFuture(early);
        }
        Map<String, Object> copy;
        try {
            copy = socket.server.auth.claims(claims);
        } catch (RuntimeException e) {
            return signingFailed(e);
        }
        Status unsigned = new Status(new DefaultAuthToken(copy), null);
        Status before = STATUS.getAndSet(this, unsigned);
        CompletableFuture<Void> done = new BlockableFuture<>();
        TokenOptions signing = withoutAlgorithm(options);
        socket.server
                .auth
                .sign(copy, copy.containsKey("exp") ? withoutExpiry(signing) : signing)
                .whenComplete((signed, failure) -> {
                    if (failure == null) {
                        set(unsigned, before.state(), copy, signed, options, done);
                    } else {
                        STATUS.compareAndSet(this, unsigned, NONE);
                        signingFailed(Middlewares.cause(failure))
                                .whenComplete((none, e) -> done.completeExceptionally(e));
                    }
                });
        return done;
    }

    /** The algorithm is the server's: another one that is asked for is reported, and that is all. */
    private TokenOptions withoutAlgorithm(TokenOptions options) {
        if (!options.header().containsKey("alg")) {
            return options;
        }
        socket.report(new InvalidArgumentsException(
                "Cannot change auth token algorithm at runtime - It must be specified as a config option on launch"));
        Map<String, Object> header = new LinkedHashMap<>(options.header());
        header.remove("alg");
        return options.toBuilder().header(header).build();
    }

    /** The claim {@code exp} goes before the option. */
    private static TokenOptions withoutExpiry(TokenOptions options) {
        return options.toBuilder().defaultExpiry().build();
    }

    private CompletableFuture<Void> signingFailed(Throwable cause) {
        String name = cause instanceof io.heliograph.HeliographException known ? known.errorName() : "Error";
        socket.report(cause);
        socket.onLoop(() -> socket.end.close(CloseCodes.SIGNING_FAILED, name + ": " + cause.getMessage(), ""));
        return CompletableFuture.failedFuture(cause);
    }

    private void set(
            Status unsigned,
            AuthState before,
            Map<String, Object> claims,
            String signed,
            TokenOptions options,
            CompletableFuture<Void> done) {
        // Signing has added claims to the map.
        boolean current = STATUS.compareAndSet(this, unsigned, new Status(new DefaultAuthToken(claims), signed));
        Map<String, Object> data = Map.of("token", signed);
        if (options.rejectOnFailedDelivery()) {
            socket.onLoop(() -> tellSigned(current, before, signed));
            confirmed("#setAuthToken", data).whenComplete((answer, failure) -> {
                if (failure == null) {
                    done.complete(null);
                } else {
                    undelivered(Middlewares.cause(failure), done);
                }
            });
            return;
        }
        if (socket.state() == SocketState.CLOSED) {
            socket.onLoop(() -> tellSigned(current, before, signed));
            socket.transmit("#setAuthToken", data); // which reports that it cannot
        } else {
            var packet = socket.packets.event("#setAuthToken", null, data);
            socket.onLoop(() -> {
                tellSigned(current, before, signed);
                socket.sendAhead(packet);
            });
        }
        done.complete(null);
    }

    private void tellSigned(boolean current, AuthState before, String signed) {
        if (current) {
            socket.events.emit(new SocketEvent.AuthTokenSigned(signed), null);
        }
        emitAuthentication(before);
    }

    private CompletableFuture<Payload> confirmed(String event, @Nullable Object data) {
        return socket.call(event, data, PAYLOAD, socket.config.timing().ackTimeout());
    }

    private void undelivered(Throwable cause, CompletableFuture<Void> done) {
        String message = cause.getMessage();
        AuthException error = new AuthException(
                message == null
                        ? "Failed to confirm delivery of auth token to client due to malformatted error response"
                        : "Failed to deliver auth token to client - " + message);
        socket.report(error);
        done.completeExceptionally(error);
    }

    // ---- taking back

    void deauthenticate() {
        deauthenticateSelf();
        if (socket.state() != SocketState.CLOSED) {
            socket.submitAnyway(socket.newOutgoing("#removeAuthToken", PacketCodec.ABSENT, null));
        }
    }

    CompletableFuture<Void> deauthenticateConfirmed() {
        deauthenticateSelf();
        return confirmed("#removeAuthToken", PacketCodec.ABSENT).thenApply(answer -> null);
    }

    void deauthenticateSelf() {
        Status lost = STATUS.getAndSet(this, NONE);
        socket.onLoop(() -> {
            if (lost.token != null) {
                emitStateChange(AuthState.AUTHENTICATED, AuthState.UNAUTHENTICATED, null);
            }
            socket.events.emit(
                    new SocketEvent.Deauthenticate(lost.token), new ServerEvent.Deauthentication(socket, lost.token));
            socket.door.tokenChanged();
        });
    }

    // ---- the end of a token

    /** Takes the authentication back if its token has expired; says so then. */
    Optional<AuthTokenException> checkExpiry() {
        AuthToken token = status.token;
        if (token == null
                || !(token.claim("exp") instanceof Number exp)
                || socket.config.auth().clock().millis() <= exp.doubleValue() * 1000) {
            return Optional.empty();
        }
        deauthenticate();
        return Optional.of(AuthTokenException.expired("The socket auth token has expired", exp, false));
    }

    /** How long the token is valid; negative for no token, or for one that does not end. */
    long millisLeft() {
        AuthToken token = status.token;
        if (token == null || !(token.claim("exp") instanceof Number exp)) {
            return -1;
        }
        return Math.max(
                0,
                (long) (exp.doubleValue() * 1000) - socket.config.auth().clock().millis());
    }
}
