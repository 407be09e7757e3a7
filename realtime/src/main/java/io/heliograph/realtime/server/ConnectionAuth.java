package io.heliograph.realtime.server;

import io.heliograph.HeliographException;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.internal.Failures;
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
 * Authentication of one connection. Any thread may replace the status and sees the change at once; its events follow on the event
 * loop, in the order of the changes.
 */
final class ConnectionAuth {

    private static final Status NONE = new Status(null, null);
    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    private static final AtomicReferenceFieldUpdater<ConnectionAuth, Status> STATUS =
            AtomicReferenceFieldUpdater.newUpdater(ConnectionAuth.class, Status.class, "status");

    private final DefaultRealtimeSocket socket;
    private volatile Status status = NONE;

    // Token that middleware has last decided by. Event loop only.
    private @Nullable AuthToken decidedBy;
    private int revocations;

    /**
     * @param token null if unauthenticated
     * @param signed null if unauthenticated or if signing is pending
     */
    private record Status(
            @Nullable AuthToken token, @Nullable String signed) {

        AuthState state() {
            return token == null ? AuthState.UNAUTHENTICATED : AuthState.AUTHENTICATED;
        }
    }

    /** Result of a verification: either {@code token} or {@code error} is not null. */
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

    // ---- tokens of the client

    /** Returns the value of a token; an undecodable payload is returned unchanged, and so is not a string. */
    static @Nullable Object presented(Payload token) {
        try {
            return token.value();
        } catch (CodecException e) {
            return token;
        }
    }

    /** Verifies a token while the pipeline is held, and continues on the event loop. */
    void verify(@Nullable Object presented, Consumer<Verified> then) {
        Consumer<Throwable> rejected = failure -> then.accept(new Verified(presented, null, tokenError(failure)));
        socket.steps.await(
                socket.server.auth.verify(presented, socket),
                token -> {
                    Verified verified = new Verified(presented, token, null);
                    if (socket.backend == null) {
                        then.accept(verified);
                    } else {
                        socket.backend.authenticate(token, () -> then.accept(verified), rejected);
                    }
                },
                rejected);
    }

    private static AuthTokenException tokenError(Throwable failure) {
        return failure instanceof AuthTokenException known
                ? known
                : AuthTokenException.other(String.valueOf(failure.getMessage()));
    }

    /**
     * Applies a verified token if middleware allows it.
     *
     * @param then receives the rejection, or null
     */
    void apply(Verified verified, Consumer<@Nullable Throwable> then) {
        AuthToken token = verified.token();
        if (token == null) {
            reject(verified, verified.error(), verified.presented() != null, then);
            return;
        }
        Status applied = new Status(token, String.valueOf(verified.presented()));
        Status before = STATUS.getAndSet(this, applied);
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
                    // The rejection revokes the previous status.
                    STATUS.compareAndSet(this, applied, before);
                    if (isBadToken(error) && error instanceof RealtimeException bad) {
                        emitBadToken(bad, verified.presented());
                    }
                    reject(verified, error, false, then);
                    socket.inbound.release();
                });
    }

    private void reject(
            Verified verified, @Nullable Throwable error, boolean report, Consumer<@Nullable Throwable> then) {
        if (report && error instanceof AuthTokenException known) {
            socket.report(known);
            if (known.isBadToken()) {
                emitBadToken(known, verified.presented());
            }
        }
        if (verified.presented() == null || !isBadToken(error)) {
            Status revoked = STATUS.getAndSet(this, NONE);
            if (revoked.token != null) {
                emitStateChange(AuthState.AUTHENTICATED, AuthState.UNAUTHENTICATED, null);
                tokenChanged(Optional.empty());
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

    /** Emits the events of an authentication. Event loop only. */
    void emitAuthentication(AuthState before) {
        AuthToken token = status.token;
        if (token == null) {
            return; // revoked meanwhile, with its own events
        }
        if (before != AuthState.AUTHENTICATED) {
            emitStateChange(before, AuthState.AUTHENTICATED, token);
        }
        if (socket.events.isObserved(ServerEvent.Authentication.class)) {
            socket.events.emit(new SocketEvent.Authenticate(token), new ServerEvent.Authentication(socket, token));
        }
        tokenChanged(Optional.empty());
    }

    private void emitStateChange(AuthState before, AuthState now, @Nullable AuthToken token) {
        if (socket.events.isObserved(ServerEvent.AuthenticationStateChange.class)) {
            socket.events.emit(
                    new SocketEvent.AuthStateChange(before, now, token),
                    new ServerEvent.AuthenticationStateChange(socket, before, now, token));
        }
    }

    // ---- tokens of the server

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
                .sign(copy, copy.containsKey("exp") ? ServerAuth.withoutExpiry(signing) : signing, socket)
                .whenComplete((signed, failure) -> {
                    if (failure == null) {
                        set(unsigned, before.state(), copy, signed, options, done);
                    } else {
                        STATUS.compareAndSet(this, unsigned, NONE);
                        signingFailed(Failures.unwrap(failure))
                                .whenComplete((none, e) -> done.completeExceptionally(e));
                    }
                });
        return done;
    }

    /** Removes an algorithm from the options and reports it: the server selects the algorithm. */
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

    private CompletableFuture<Void> signingFailed(Throwable cause) {
        String name = cause instanceof HeliographException known ? known.errorName() : "Error";
        socket.report(cause);
        socket.onLoop(() -> socket.closer.close(CloseCodes.SIGNING_FAILED, name + ": " + cause.getMessage(), ""));
        return CompletableFuture.failedFuture(cause);
    }

    private void set(
            Status unsigned,
            AuthState before,
            Map<String, Object> claims,
            String signed,
            TokenOptions options,
            CompletableFuture<Void> done) {
        // Signing adds claims to the map.
        boolean current = STATUS.compareAndSet(this, unsigned, new Status(new DefaultAuthToken(claims), signed));
        Map<String, Object> data = Map.of("token", signed);
        if (options.rejectOnFailedDelivery()) {
            socket.onLoop(() -> emitSigned(current, before, signed));
            confirmed("#setAuthToken", data).whenComplete((answer, failure) -> {
                if (failure == null) {
                    done.complete(null);
                } else {
                    undelivered(Failures.unwrap(failure), done);
                }
            });
            return;
        }
        if (socket.state() == SocketState.CLOSED) {
            socket.onLoop(() -> emitSigned(current, before, signed));
            socket.transmit("#setAuthToken", data); // reports the failure
        } else {
            var packet = socket.packets.event("#setAuthToken", null, data);
            socket.onLoop(() -> {
                emitSigned(current, before, signed);
                socket.sendAhead(packet);
            });
        }
        done.complete(null);
    }

    private void emitSigned(boolean current, AuthState before, String signed) {
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

    // ---- revocation

    void deauthenticate() {
        deauthenticate(Optional.empty());
    }

    private void deauthenticate(Optional<AuthTokenException> expired) {
        Status revoked = STATUS.getAndSet(this, NONE);
        if (socket.state() != SocketState.CLOSED) {
            socket.outbound.submitAnyway(socket.newOutgoing("#removeAuthToken", PacketCodec.ABSENT, null));
        }
        revoked(revoked, expired);
    }

    CompletableFuture<Void> deauthenticateConfirmed() {
        Status revoked = STATUS.getAndSet(this, NONE);
        CompletableFuture<Void> removed =
                confirmed("#removeAuthToken", PacketCodec.ABSENT).thenApply(answer -> null);
        revoked(revoked, Optional.empty());
        return removed;
    }

    void deauthenticateSelf() {
        revoked(STATUS.getAndSet(this, NONE), Optional.empty());
    }

    private void revoked(Status revoked, Optional<AuthTokenException> expired) {
        socket.onLoop(() -> {
            if (revoked.token != null) {
                emitStateChange(AuthState.AUTHENTICATED, AuthState.UNAUTHENTICATED, null);
            }
            socket.events.emit(
                    new SocketEvent.Deauthenticate(revoked.token),
                    new ServerEvent.Deauthentication(socket, revoked.token));
            tokenChanged(expired);
        });
    }

    /** Counts that rights may have ended. Event loop only. */
    void rightsChanged() {
        revocations++;
    }

    /** Returns the number of times that rights have ended. Event loop only. */
    int revocations() {
        return revocations;
    }

    /** Applies the expiry of the current token, and the end of the rights of the previous one. Event loop only. */
    private void tokenChanged(Optional<AuthTokenException> expired) {
        socket.inbound.tokenChanged();
        socket.pending.authenticationChanged();
        AuthToken before = decidedBy;
        AuthToken now = status.token;
        decidedBy = now;
        if (socket.backend != null) {
            socket.backend.tokenChanged(now);
        }
        if (before != null && socket.config.auth().recheckSubscriptions() && !TokenRights.areSame(before, now)) {
            revocations++;
            socket.subscriptions.recheck(expired);
        }
    }

    // ---- expiry

    /** Revokes the authentication if its token has expired, and returns the error then. */
    Optional<AuthTokenException> checkExpiry() {
        AuthToken token = status.token;
        if (token == null
                || !(token.claim("exp") instanceof Number exp)
                || socket.config.auth().clock().millis() <= expiry(exp)) {
            return Optional.empty();
        }
        Optional<AuthTokenException> expired =
                Optional.of(AuthTokenException.expired("The socket auth token has expired", exp, false));
        deauthenticate(expired);
        return expired;
    }

    /** Returns the last valid millisecond. */
    private double expiry(Number exp) {
        return exp.doubleValue() * 1000 + socket.config.auth().clockSkew().toMillis();
    }

    /** Returns the remaining lifetime of the token; negative without a token that expires. */
    long remainingMillis() {
        AuthToken token = status.token;
        if (token == null || !(token.claim("exp") instanceof Number exp)) {
            return -1;
        }
        return Math.max(0, (long) expiry(exp) - socket.config.auth().clock().millis());
    }
}
