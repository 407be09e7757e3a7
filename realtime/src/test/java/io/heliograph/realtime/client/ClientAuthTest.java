package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.AuthStatus;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.TestOptions;
import io.heliograph.realtime.TokenStore;
import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientAuthTest {

    private static final String NAME = "socketcluster.authToken.localhost:8000";

    /** Store with visible tokens that fails on demand. */
    private static final class Store implements TokenStore {

        final Map<String, String> tokens = new HashMap<>();

        @Nullable
        RuntimeException failure;

        @Override
        public CompletionStage<Void> saveToken(String name, String signedToken) {
            if (failure == null) {
                tokens.put(name, signedToken);
            }
            return done(null);
        }

        @Override
        public CompletionStage<Optional<String>> removeToken(String name) {
            return done(Optional.ofNullable(failure == null ? tokens.remove(name) : null));
        }

        @Override
        public CompletionStage<Optional<String>> loadToken(String name) {
            return CompletableFuture.completedFuture(Optional.ofNullable(tokens.get(name)));
        }

        private <T> CompletionStage<T> done(@Nullable T value) {
            return failure == null ? CompletableFuture.completedFuture(value) : CompletableFuture.failedFuture(failure);
        }
    }

    private final Store store = new Store();
    private ScriptedClient scripted = new ScriptedClient(options -> options.tokenStore(store));

    private void with(Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(builder -> {
            builder.tokenStore(store);
            options.accept(builder);
        });
    }

    @AfterEach
    void close() {
        scripted.close();
    }

    private static String setAuthToken(String token) {
        return "{\"event\":\"#setAuthToken\",\"data\":{\"token\":\"" + token + "\"}}";
    }

    private static Map<String, Object> claims(@Nullable AuthToken token) {
        return token == null ? Map.of() : token.claims();
    }

    private ScriptedLink openAs(String token) {
        store.tokens.put(NAME, token);
        scripted.client.connect();
        ScriptedLink link = scripted.server.link().open("\"isAuthenticated\":true");
        scripted.events();
        return link;
    }

    @Test
    @Checklist("SC 98")
    void storedTokenIsSentOnEveryConnect() {
        store.tokens.put(NAME, Tokens.BOB);
        scripted.client.connect();
        ScriptedLink link = scripted.server.link().open("\"isAuthenticated\":true");
        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "authStateChange unauthenticated authenticated",
                        "authenticate {username=bob}",
                        "connect socket-1 authenticated");
        assertThat(scripted.client.signedAuthToken()).isEqualTo(Tokens.BOB);
        assertThat(claims(scripted.client.authToken())).containsEntry("username", "bob");
        link.cut();
        assertThat(scripted.client.authState()).isEqualTo(AuthState.AUTHENTICATED);
        scripted.client.connect();
        assertThat(scripted.server.link().next()).contains(Tokens.BOB);
    }

    @Test
    @Checklist("SC 99")
    void handshakeRejectingTokenRemovesToken() {
        openAs(Tokens.BOB).cut();
        scripted.events();
        scripted.client.connect();
        scripted.server
                .link()
                .open(
                        "\"isAuthenticated\":false,\"authError\":{\"name\":\"AuthTokenInvalidError\",\"message\":\"invalid signature\",\"isBadToken\":true}")
                .receive("{\"event\":\"#removeAuthToken\"}");

        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "authStateChange authenticated unauthenticated",
                        "deauthenticate {username=bob}",
                        "connect socket-1",
                        "removeAuthToken " + Tokens.BOB);
        assertThat(scripted.client.authToken()).isNull();
        assertThat(scripted.client.signedAuthToken()).isNull();
        assertThat(store.tokens).isEmpty();
    }

    @Test
    @Checklist("SC 100")
    void handshakeWithoutTokenKeepsState() {
        assertThat(scripted.client.authState()).isEqualTo(AuthState.UNAUTHENTICATED);
        scripted.client.connect();
        scripted.server.link().open();

        assertThat(scripted.events()).containsExactly("connecting", "connect socket-1");
    }

    @Test
    @Checklist("SC 85")
    void tokenSetByServerIsStored() {
        ScriptedLink link = scripted.open();
        link.receive(setAuthToken(Tokens.BOB));
        assertThat(scripted.events())
                .containsExactly("authStateChange unauthenticated authenticated", "authenticate {username=bob}");
        assertThat(store.tokens).containsEntry(NAME, Tokens.BOB);
        scripted.client.disconnect();

        // exactly one change
        assertThat(scripted.events()).containsExactly("disconnect 1000 null", "close 1000 null");
        assertThat(scripted.client.isAuthenticated()).isTrue();
    }

    @Test
    @Checklist("SC 101")
    void authStateFollowsAuthentication() {
        List<String> changes = new ArrayList<>();
        scripted.client.on(
                ClientEvent.AuthStateChange.class,
                change -> changes.add(change.newAuthState().wireName()));
        ScriptedLink link = openAs(Tokens.BOB);
        scripted.client.deauthenticate();
        assertThat(link.next()).isEqualTo("{\"event\":\"#removeAuthToken\"}");
        scripted.client.authenticate(Tokens.BOB);
        assertThat(link.next()).isEqualTo("{\"event\":\"#authenticate\",\"data\":\"" + Tokens.BOB + "\",\"cid\":2}");
        link.receive("{\"rid\":2,\"data\":{\"isAuthenticated\":true,\"authError\":null}}");
        scripted.client.disconnect();
        scripted.client.deauthenticate();
        scripted.server.run();

        assertThat(changes).containsExactly("authenticated", "unauthenticated", "authenticated", "unauthenticated");
    }

    @Test
    @Checklist("SC 101")
    void rejectedTokenDeauthenticates() {
        ScriptedLink link = openAs(Tokens.BOB);
        CompletableFuture<AuthStatus> result = scripted.client.authenticate("fake");
        link.next();
        link.receive(
                "{\"rid\":2,\"error\":{\"name\":\"AuthTokenInvalidError\",\"message\":\"invalid signature\",\"isBadToken\":true}}",
                "{\"event\":\"#removeAuthToken\"}");

        assertThat(result)
                .failsWithin(java.time.Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(AuthTokenException.class);
        assertThat(scripted.events())
                .containsExactly(
                        "authStateChange authenticated unauthenticated",
                        "deauthenticate {username=bob}",
                        "removeAuthToken " + Tokens.BOB);
    }

    @Test
    void notAcceptedTokenIsKept() {
        // 4.8: stored in both cases
        ScriptedLink link = openAs(Tokens.BOB);
        CompletableFuture<AuthStatus> result = scripted.client.authenticate(Tokens.KATE);
        link.next();
        link.receive(
                "{\"rid\":2,\"data\":{\"isAuthenticated\":false,\"authError\":{\"name\":\"AuthTokenNotBeforeError\",\"message\":\"jwt not active\",\"isBadToken\":false}}}");

        assertThat(result.join().isAuthenticated()).isFalse();
        assertThat(result.join().authError()).containsInstanceOf(AuthTokenException.class);
        assertThat(scripted.client.authState()).isEqualTo(AuthState.UNAUTHENTICATED);
        assertThat(store.tokens).containsEntry(NAME, Tokens.KATE);
    }

    @Test
    void responseWithoutFlagDoesNotAuthenticate() {
        // Q18, improved
        ScriptedLink link = scripted.open();
        CompletableFuture<AuthStatus> result = scripted.client.authenticate(Tokens.KATE);
        link.next();
        link.receive("{\"rid\":2}");

        assertThat(result.join()).isEqualTo(new AuthStatus(false, Optional.empty()));
        assertThat(scripted.client.isAuthenticated()).isFalse();
    }

    @Test
    @Checklist("SC 102")
    void tokenOfOtherUserKeepsAuthState() {
        ScriptedLink link = openAs(Tokens.BOB);
        CompletableFuture<AuthStatus> result = scripted.client.authenticate(Tokens.KATE);
        link.next();
        link.receive("{\"rid\":2,\"data\":{\"isAuthenticated\":true,\"authError\":null}}");

        assertThat(result.join()).isEqualTo(new AuthStatus(true, Optional.empty()));
        assertThat(scripted.events()).containsExactly("authenticate {username=kate}");
        assertThat(scripted.client.signedAuthToken()).isEqualTo(Tokens.KATE);
    }

    @Test
    @Checklist({"SC 103", "SC 106"})
    void deauthenticateChangesStateImmediately() {
        List<ClientEvent.Deauthenticate> deauthenticated = new ArrayList<>();
        scripted.client.on(ClientEvent.Deauthenticate.class, deauthenticated::add);
        ScriptedLink link = openAs(Tokens.BOB);
        CompletableFuture<Void> done = scripted.client.deauthenticate();
        assertThat(scripted.client.authState()).isEqualTo(AuthState.UNAUTHENTICATED);
        assertThat(scripted.client.signedAuthToken()).isNull();
        assertThat(deauthenticated).isEmpty();

        assertThat(scripted.events())
                .containsExactly(
                        "authStateChange authenticated unauthenticated",
                        "deauthenticate {username=bob}",
                        "removeAuthToken " + Tokens.BOB);
        assertThat(done).isCompleted();
        assertThat(deauthenticated.getFirst().oldSignedAuthToken()).isEqualTo(Tokens.BOB);
        assertThat(claims(deauthenticated.getFirst().oldAuthToken())).containsEntry("username", "bob");
        assertThat(link.all()).containsExactly("{\"event\":\"#removeAuthToken\"}");
        assertThat(store.tokens).isEmpty();
    }

    @Test
    void deauthenticateWhileClosedSendsNothing() {
        store.tokens.put(NAME, Tokens.BOB);
        scripted.client.deauthenticate();

        assertThat(scripted.events()).containsExactly("removeAuthToken " + Tokens.BOB);
        assertThat(scripted.server.attempts).isZero();
    }

    @Test
    void deauthenticateDuringHandshakeIsKept() {
        // The original stays authenticated although the server is not.
        store.tokens.put(NAME, Tokens.BOB);
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        String handshake = link.next();
        scripted.client.deauthenticate();
        scripted.server.run();
        link.receive("{\"rid\":%s,\"data\":{\"id\":\"x\",\"pingTimeout\":30000,\"isAuthenticated\":true}}"
                .formatted(ScriptedLink.cid(handshake)));

        assertThat(scripted.client.isAuthenticated()).isFalse();
        assertThat(link.all()).containsExactly("{\"event\":\"#removeAuthToken\"}");
        assertThat(scripted.events()).containsExactly("connecting", "removeAuthToken " + Tokens.BOB, "connect x");
    }

    @Test
    @Checklist("SC 104")
    void saveFailureIsOnlyReported() {
        ScriptedLink link = scripted.open();
        store.failure = new IllegalStateException("full");
        CompletableFuture<AuthStatus> result = scripted.client.authenticate(Tokens.BOB);
        link.next();
        link.receive("{\"rid\":2,\"data\":{\"isAuthenticated\":true,\"authError\":null}}");

        assertThat(result.join()).isEqualTo(new AuthStatus(true, Optional.empty()));
        assertThat(scripted.client.isAuthenticated()).isTrue();
        assertThat(scripted.events())
                .containsExactly(
                        "authStateChange unauthenticated authenticated",
                        "authenticate {username=bob}",
                        "error java.lang.IllegalStateException: full");
    }

    @Test
    void removeFailureIsOnlyReported() {
        ScriptedLink link = openAs(Tokens.BOB);
        store.failure = new IllegalStateException("stuck");
        link.receive("{\"event\":\"#removeAuthToken\"}");

        assertThat(scripted.events())
                .containsExactly(
                        "authStateChange authenticated unauthenticated",
                        "deauthenticate {username=bob}",
                        "error java.lang.IllegalStateException: stuck");
        assertThat(scripted.client.deauthenticate()).isNotCompletedExceptionally();
    }

    @Test
    @Checklist("SC 105")
    void authenticateWithoutResponseKeepsState() {
        ScriptedLink link = openAs(Tokens.BOB);
        CompletableFuture<AuthStatus> aborted = scripted.client.authenticate("x.y.z");
        link.next();
        scripted.client.disconnect();
        scripted.server.run();
        assertThat(cause(aborted)).isInstanceOf(ClosedException.class);
        assertThat(scripted.client.signedAuthToken()).isEqualTo(Tokens.BOB);

        scripted.client.connect();
        scripted.server.link().open("\"isAuthenticated\":true");
        CompletableFuture<AuthStatus> late = scripted.client.authenticate("x.y.z");
        scripted.server.advance(java.time.Duration.ofSeconds(10));
        assertThat(cause(late)).isInstanceOf(DeadlineExceededException.class);
        assertThat(scripted.client.signedAuthToken()).isEqualTo(Tokens.BOB);
    }

    private static Throwable cause(CompletableFuture<?> failed) {
        assertThat(failed).isCompletedExceptionally();
        return failed.handle((value, failure) ->
                        failure instanceof CompletionException wrapped ? wrapped.getCause() : failure)
                .join();
    }

    @Test
    @Checklist("SC 107")
    void authRequestsOfServerAreAnswered() {
        ScriptedLink link = scripted.open();
        link.receive(
                "{\"event\":\"#setAuthToken\",\"data\":{\"token\":\"" + Tokens.BOB + "\"},\"cid\":1}",
                "{\"event\":\"#removeAuthToken\",\"cid\":2}",
                "{\"event\":\"#setAuthToken\",\"cid\":3}",
                "{\"event\":\"#setAuthToken\",\"data\":{},\"cid\":4}");

        String refused =
                "\"error\":{\"message\":\"No token data provided by #setAuthToken event\",\"name\":\"InvalidMessageError\"}}";
        assertThat(link.all())
                .containsExactly("{\"rid\":1}", "{\"rid\":2}", "{\"rid\":3," + refused, "{\"rid\":4," + refused);
        assertThat(scripted.events())
                .containsExactly(
                        "authStateChange unauthenticated authenticated",
                        "authenticate {username=bob}",
                        "authStateChange authenticated unauthenticated",
                        "deauthenticate {username=bob}",
                        "removeAuthToken " + Tokens.BOB);
    }

    @Test
    void missingTokenIsReported() {
        // Q19, improved
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"#setAuthToken\",\"data\":{\"token\":5}}");

        assertThat(scripted.client.isAuthenticated()).isFalse();
        assertThat(scripted.events())
                .containsExactly("error InvalidMessageError: No token data provided by #setAuthToken event");
    }

    @Test
    void tokenMayBeAnyString() {
        // 4.5: a token that is no JSON Web Token, of a server with an engine of its own
        ScriptedLink link = scripted.open();
        link.receive(setAuthToken("opaque"));

        assertThat(scripted.client.isAuthenticated()).isTrue();
        assertThat(scripted.client.authToken()).isNull();
        assertThat(scripted.client.signedAuthToken()).isEqualTo("opaque");
    }

    @Test
    @Checklist("SC 108")
    void tokenNameContainsHost() {
        assertThat(TestOptions.config(RealtimeClient.builder()).tokenName())
                .isEqualTo("socketcluster.authToken.localhost:80");
        assertThat(TestOptions.config(RealtimeClient.builder().secure(true)).tokenName())
                .isEqualTo("socketcluster.authToken.localhost:443");
        assertThat(TestOptions.config(RealtimeClient.builder().host("example.com:8000"))
                        .tokenName())
                .isEqualTo("socketcluster.authToken.example.com:8000");
        assertThat(TestOptions.config(RealtimeClient.builder().authTokenName("mine"))
                        .tokenName())
                .isEqualTo("mine");
    }

    @Test
    void clientsDoNotShareMemoryStore() {
        RealtimeClient.Builder builder = RealtimeClient.builder();
        try (RealtimeClient one = builder.build();
                RealtimeClient two = builder.build()) {
            assertThat(TestOptions.config(one.options()).tokenStore())
                    .isNotSameAs(TestOptions.config(two.options()).tokenStore());
        }
    }

    @Test
    void toStringOmitsTokens() {
        assertThat(new ClientEvent.Authenticate(Tokens.BOB, null).toString()).doesNotContain(Tokens.BOB);
        assertThat(new ClientEvent.RemoveAuthToken(Tokens.BOB).toString()).doesNotContain(Tokens.BOB);
        openAs(Tokens.BOB);
        assertThat(scripted.client.toString()).doesNotContain(Tokens.BOB);
        with(options -> options.query("token=" + Tokens.BOB));
        assertThat(scripted.client.toString()).doesNotContain(Tokens.BOB);
    }

    @Test
    void deauthenticationDuringHandshakeConcernsThisHandshakeOnly() {
        store.tokens.put(NAME, Tokens.BOB);
        scripted.client.connect();
        ScriptedLink first = scripted.server.link();
        scripted.server.run();
        scripted.client.deauthenticate();
        first.open("\"isAuthenticated\":true");
        assertThat(scripted.client.authState()).isEqualTo(AuthState.UNAUTHENTICATED);
        first.cut();

        store.tokens.put(NAME, Tokens.KATE);
        scripted.client.connect();
        scripted.server.link().open("\"isAuthenticated\":true");
        assertThat(scripted.client.authState()).isEqualTo(AuthState.AUTHENTICATED);
        assertThat(scripted.client.signedAuthToken()).isEqualTo(Tokens.KATE);
    }

    @Test
    void rejectedTokenEndsAuthentication() {
        store.tokens.put(NAME, Tokens.BOB);
        scripted.client.connect();
        ScriptedLink link = scripted.server.link().open("\"isAuthenticated\":true");
        assertThat(scripted.client.authState()).isEqualTo(AuthState.AUTHENTICATED);
        CompletableFuture<AuthStatus> rejected = scripted.client.authenticate(Tokens.KATE);
        String request = link.next();
        link.receive("{\"rid\":" + ScriptedLink.cid(request)
                + ",\"error\":{\"name\":\"AuthTokenInvalidError\",\"message\":\"no\"}}");
        assertThat(scripted.failure(rejected)).hasMessage("no");
        assertThat(scripted.client.authState()).isEqualTo(AuthState.UNAUTHENTICATED);
    }
}
