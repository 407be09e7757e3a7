package io.heliograph.realtime.client;

import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
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
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client is authenticated, what it tells of that, and its token in the store. It changes on the loop, except that any
 * thread may make the client unauthenticated at once; the events of that follow on the loop.
 */
final class ClientAuth {

    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    /** At one moment. */
    record State(
            AuthState authState,
            @Nullable String signedToken,
            @Nullable AuthToken token) {

        private static final State NONE = new State(AuthState.UNAUTHENTICATED, null, null);

        boolean isAuthenticated() {
            return authState == AuthState.AUTHENTICATED;
        }

        /** Without the token. */
        @Override
        public String toString() {
            return authState.wireName();
        }
    }

    private final DefaultRealtimeClient client;
    private final AtomicReference<State> state = new AtomicReference<>(State.NONE);

    // Authenticated states that were left and not told of.
    private final Queue<State> left = new ConcurrentLinkedQueue<>();

    ClientAuth(DefaultRealtimeClient client) {
        this.client = client;
    }

    State state() {
        return state.get();
    }

    // ---- what the client is

    /** The server accepts this token. */
    void authenticated(String signedToken) {
        tellLeft();
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

    /** The server does not accept the client's token, or it has none. */
    void unauthenticated() {
        leave();
        tellLeft();
    }

    /** Any thread; {@link #tellLeft} is to follow on the loop. */
    private void leave() {
        State old = state.getAndSet(State.NONE);
        if (old.isAuthenticated()) {
            left.add(old);
        }
    }

    private void tellLeft() {
        for (State old = left.poll(); old != null; old = left.poll()) {
            client.emit(
                    new ClientEvent.AuthStateChange(AuthState.AUTHENTICATED, AuthState.UNAUTHENTICATED, null, null));
            client.emit(new ClientEvent.Deauthenticate(old.signedToken, old.token));
        }
    }

    // ---- what the server says

    /** The server has given the client a token. */
    void given(String token) {
        authenticated(token);
        save(token);
    }

    /** The server has taken the client's token away. */
    void taken() {
        CompletionStage<Optional<String>> removal = remove();
        unauthenticated();
        tellRemoved(removal);
    }

    // ---- what the user says; any thread

    CompletableFuture<AuthStatus> authenticate(String token) {
        CompletableFuture<AuthStatus> result = new BlockableFuture<>();
        Call<Payload> call =
                new Call<>("#authenticate", PAYLOAD, client.current().ackTimeout(), null, cancelled -> {});
        call.whenComplete((answer, failure) -> client.onLoop(() -> {
            if (failure == null) {
                answered(token, answer, result);
            } else {
                refused(failure, result);
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

    private void refused(Throwable failure, CompletableFuture<AuthStatus> result) {
        // Of the token nothing was said if the server was not asked, or did not answer.
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
            tellRemoved(removal);
            removal.whenComplete((old, failure) -> client.settle(() -> result.complete(null)));
        });
        return result;
    }

    // ---- the store

    private interface Storing<T> {
        CompletionStage<T> in(TokenStore store, String name);
    }

    private <T> CompletionStage<T> stored(Storing<T> storing) {
        ClientConfig options = client.current();
        try {
            return storing.in(options.tokenStore(), options.tokenName());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The token to present to the server. */
    CompletionStage<Optional<String>> load() {
        return stored(TokenStore::loadToken);
    }

    private void save(String token) {
        stored((store, name) -> store.saveToken(name, token)).whenComplete((saved, failure) -> {
            if (failure != null) {
                client.report(cause(failure));
            }
        });
    }

    private CompletionStage<Optional<String>> remove() {
        return stored(TokenStore::removeToken);
    }

    private void tellRemoved(CompletionStage<Optional<String>> removal) {
        removal.whenComplete((old, failure) -> {
            if (failure == null) {
                client.emit(new ClientEvent.RemoveAuthToken(old.orElse(null)));
            } else {
                client.report(cause(failure));
            }
        });
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
