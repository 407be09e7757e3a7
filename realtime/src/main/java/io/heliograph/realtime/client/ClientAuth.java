package io.heliograph.realtime.client;

import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.AuthStatus;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.TokenStore;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.packet.WireErrors;
import io.heliograph.realtime.session.Call;
import io.heliograph.realtime.token.TokenCodec;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Authentication state of a client, its events, and the token in the store.
 *
 * <p>State changes on the event loop, except for {@link #deauthenticate}, which changes it on the calling thread and emits the events on the
 * event loop.
 */
final class ClientAuth {

    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    /** Snapshot of the state. */
    record State(
            AuthState authState,
            @Nullable String signedToken,
            @Nullable AuthToken token) {

        private static final State NONE = new State(AuthState.UNAUTHENTICATED, null, null);

        boolean isAuthenticated() {
            return authState == AuthState.AUTHENTICATED;
        }

        /** Returns the state without the token. */
        @Override
        public String toString() {
            return authState.wireName();
        }
    }

    private final DefaultRealtimeClient client;
    private final AtomicReference<State> state = new AtomicReference<>(State.NONE);

    // Former authenticated states whose events are pending.
    private final Queue<State> ended = new ConcurrentLinkedQueue<>();

    ClientAuth(DefaultRealtimeClient client) {
        this.client = client;
    }

    State state() {
        return state.get();
    }

    // ---- state

    /** Changes to authenticated with a token that the server has accepted. */
    void authenticated(String signedToken) {
        emitEnded();
        AuthToken token = TokenCodec.decode(signedToken);
        State old = state.getAndSet(new State(AuthState.AUTHENTICATED, signedToken, token));
        if (!old.isAuthenticated()) {
            if (!client.channels.isPreparing()) {
                client.channels.process();
            }
            client.emit(new ClientEvent.AuthStateChange(old.authState, AuthState.AUTHENTICATED, signedToken, token));
        }
        client.emit(new ClientEvent.Authenticate(signedToken, token));
    }

    /** Changes to unauthenticated. */
    void unauthenticated() {
        leave();
        emitEnded();
    }

    /** Changes to unauthenticated without events; {@link #emitEnded} must follow on the event loop. Thread-safe. */
    private void leave() {
        State old = state.getAndSet(State.NONE);
        if (old.isAuthenticated()) {
            ended.add(old);
        }
    }

    private void emitEnded() {
        for (State old = ended.poll(); old != null; old = ended.poll()) {
            client.emit(
                    new ClientEvent.AuthStateChange(AuthState.AUTHENTICATED, AuthState.UNAUTHENTICATED, null, null));
            client.emit(new ClientEvent.Deauthenticate(old.signedToken, old.token));
        }
    }

    // ---- events of the server

    /** Handles {@code #setAuthToken}. */
    void tokenSet(String token) {
        authenticated(token);
        save(token);
    }

    /** Handles {@code #removeAuthToken}. */
    void tokenRemoved() {
        CompletionStage<Optional<String>> removal = remove();
        unauthenticated();
        reportRemoval(removal);
    }

    // ---- requests of the user, thread-safe

    CompletableFuture<AuthStatus> authenticate(String token) {
        CompletableFuture<AuthStatus> result = new BlockableFuture<>();
        Call<Payload> call =
                new Call<>("#authenticate", PAYLOAD, client.current().ackTimeout(), null, cancelled -> {});
        call.whenComplete((answer, failure) -> client.onLoop(() -> {
            if (failure == null) {
                answered(token, answer, result);
            } else {
                rejected(failure, result);
            }
        }));
        client.submit(client.newOutgoing("#authenticate", token, call));
        return result;
    }

    private void answered(String token, Payload answer, CompletableFuture<AuthStatus> result) {
        PacketCodec.Reader reader = client.packets.reader();
        Object accepted = PacketCodec.value(reader.member(answer, PacketCodec.Field.IS_AUTHENTICATED));
        Payload error = reader.member(answer, PacketCodec.Field.AUTH_ERROR);
        boolean isAuthenticated = Boolean.TRUE.equals(accepted);
        if (isAuthenticated) {
            authenticated(token);
        } else {
            unauthenticated();
        }
        save(token);
        AuthStatus status = new AuthStatus(isAuthenticated, Optional.ofNullable(WireErrors.rehydrate(error)));
        client.settle(() -> result.complete(status));
    }

    private void rejected(Throwable failure, CompletableFuture<AuthStatus> result) {
        // A bad connection or a time-out says nothing about the token.
        if (failure instanceof RealtimeException known
                && !known.errorName().equals("BadConnectionError")
                && !known.errorName().equals("TimeoutError")) {
            unauthenticated();
        }
        client.settle(() -> result.completeExceptionally(failure));
    }

    CompletableFuture<Void> deauthenticate() {
        CompletableFuture<Void> result = new BlockableFuture<>();
        leave();
        client.loop.execute(() -> {
            CompletionStage<Optional<String>> removal = remove();
            if (!client.life.isClosed()) {
                client.life.disown();
                client.send("#removeAuthToken", PacketCodec.ABSENT);
            }
            unauthenticated();
            reportRemoval(removal);
            removal.whenComplete((old, failure) -> client.settle(() -> result.complete(null)));
        });
        return result;
    }

    // ---- the store

    private interface StoreAction<T> {
        CompletionStage<T> apply(TokenStore store, String name);
    }

    private <T> CompletionStage<T> stored(StoreAction<T> action) {
        ClientConfig options = client.current();
        try {
            return action.apply(options.tokenStore(), options.tokenName());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Loads the token for the handshake. */
    CompletionStage<Optional<String>> load() {
        return stored(TokenStore::loadToken);
    }

    private void save(String token) {
        stored((store, name) -> store.saveToken(name, token)).whenComplete((saved, failure) -> {
            if (failure != null) {
                client.report(Failures.unwrap(failure));
            }
        });
    }

    private CompletionStage<Optional<String>> remove() {
        return stored(TokenStore::removeToken);
    }

    private void reportRemoval(CompletionStage<Optional<String>> removal) {
        removal.whenComplete((old, failure) -> {
            if (failure == null) {
                client.emit(new ClientEvent.RemoveAuthToken(old.orElse(null)));
            } else {
                client.report(Failures.unwrap(failure));
            }
        });
    }
}
