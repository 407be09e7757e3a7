package io.heliograph.realtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client is authenticated, and what it tells of that. It changes on the loop, except that any thread may make the client
 * unauthenticated at once; the events of that follow on the loop.
 */
final class ClientAuth {

    /** At one moment. */
    record State(AuthState authState, @Nullable String signedToken, @Nullable AuthToken token) {

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

    private final AtomicReference<State> state = new AtomicReference<>(State.NONE);

    // Authenticated states that were left and not told of.
    private final Queue<State> left = new ConcurrentLinkedQueue<>();

    private final Function<String, @Nullable AuthToken> decode;
    private final Runnable onChangeToAuthenticated;
    private final Consumer<ClientEvent> events;

    /**
     * @param onChangeToAuthenticated run before the events of such a change
     */
    ClientAuth(
            Function<String, @Nullable AuthToken> decode,
            Runnable onChangeToAuthenticated,
            Consumer<ClientEvent> events) {
        this.decode = decode;
        this.onChangeToAuthenticated = onChangeToAuthenticated;
        this.events = events;
    }

    State state() {
        return state.get();
    }

    /** The server has accepted this token. */
    void authenticated(String signedToken) {
        tellLeft();
        AuthToken token = decode.apply(signedToken);
        State old = state.getAndSet(new State(AuthState.AUTHENTICATED, signedToken, token));
        if (!old.isAuthenticated()) {
            onChangeToAuthenticated.run();
            events.accept(
                    new ClientEvent.AuthStateChange(
                            old.authState, AuthState.AUTHENTICATED, signedToken, token));
        }
        events.accept(new ClientEvent.Authenticate(signedToken, token));
    }

    /** The server does not accept the client's token, or it has none. */
    void unauthenticated() {
        leave();
        tellLeft();
    }

    /** Makes the client unauthenticated, from any thread; {@link #tellLeft} is to follow on the loop. */
    void leave() {
        State old = state.getAndSet(State.NONE);
        if (old.isAuthenticated()) {
            left.add(old);
        }
    }

    /** Tells what was left. */
    void tellLeft() {
        for (State old = left.poll(); old != null; old = left.poll()) {
            events.accept(
                    new ClientEvent.AuthStateChange(
                            AuthState.AUTHENTICATED, AuthState.UNAUTHENTICATED, null, null));
            events.accept(new ClientEvent.Deauthenticate(old.signedToken, old.token));
        }
    }
}
