package io.heliograph.realtime.server;

import static io.heliograph.realtime.server.AuthFixture.ALICE;
import static io.heliograph.realtime.server.AuthFixture.BOB;
import static io.heliograph.realtime.server.AuthFixture.REMOVE;
import static io.heliograph.realtime.server.AuthFixture.handshake;
import static io.heliograph.realtime.server.AuthFixture.record;
import static io.heliograph.realtime.server.AuthFixture.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.Checklist;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerAuthTest {

    private static String jwt(String header, String payload, String signature) {
        var base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString(header.getBytes(StandardCharsets.UTF_8))
                + "."
                + base64.encodeToString(payload.getBytes(StandardCharsets.UTF_8))
                + "."
                + signature;
    }

    // ---- the handshake

    // original: Should be authenticated on connect if previous JWT token is present
    @Test
    @Checklist({"SC 70", "SC 75", "SC 81"})
    void validTokenAuthenticates() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            var attached = new CompletableFuture<String>();
            fixture.server.onConnection(socket ->
                    socket.on(SocketEvent.Authenticate.class, event -> attached.complete(user(event.authToken()))));
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(handshake(BOB))).endsWith("'pingTimeout':30000,'isAuthenticated':true}}");
            assertThat(attached.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("bob");
            await().untilAsserted(() -> assertThat(events)
                    .containsExactly(
                            "unauthenticated to authenticated bob",
                            "server UNAUTHENTICATED to AUTHENTICATED",
                            "authenticate bob",
                            "authentication bob"));
            RealtimeSocket socket = fixture.server.connections().iterator().next();
            assertThat(socket.signedAuthToken()).contains(BOB);
            assertThat(socket.authToken().orElseThrow().claim("exp")).isEqualTo(3_163_758_979_080_310L);
        }
    }

    // original: Should not send back error if JWT is not provided in handshake
    @Test
    @Checklist("SC 17")
    void missingTokenIsNotAnError() {
        try (var fixture = ServerFixture.listening()) {
            fixture.join().expectSilence();
        }
    }

    // original: Should send back error if JWT is invalid during handshake
    @Test
    @Checklist({"SC 71", "SC 76", "SC 77"})
    void tokenSignedWithAnotherKeyIsBad() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            String forged = ServerFixture.token("otherkey", Map.of("username", "bob"));
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(handshake(forged)))
                    .endsWith(
                            "'authError':{'message':'invalid signature','name':'AuthTokenInvalidError','isBadToken':true},'isAuthenticated':false}}");
            assertThat(peer.next()).isEqualTo(REMOVE);
            peer.send("{'event':'#subscribe','data':{'channel':'foo'},'cid':2}");
            assertThat(peer.next()).isEqualTo("{'rid':2}");
            await().untilAsserted(() -> assertThat(events)
                    .containsExactly(
                            "badAuthToken AuthTokenInvalidError",
                            "badSocketAuthToken AuthTokenInvalidError",
                            "deauthenticate -",
                            "deauthentication -"));
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("AuthTokenInvalidError"));
        }
    }

    @Test
    @Checklist("SC 72")
    void expiredTokenIsBad() {
        try (var fixture = ServerFixture.listening()) {
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(handshake(ServerFixture.token(Map.of("exp", 1_500_000_000L)))))
                    .endsWith(
                            "'authError':{'message':'jwt expired','name':'AuthTokenExpiredError','expiry':'2017-07-14T02:40:00.000Z','isBadToken':true},'isAuthenticated':false}}");
            assertThat(peer.next()).isEqualTo(REMOVE);
        }
    }

    @Test
    @Checklist("SC 73")
    void notYetValidTokenIsNotBad() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(handshake(ServerFixture.token(Map.of("nbf", 4_102_444_800L, "exp", 5_102_444_800L)))))
                    .endsWith(
                            "'authError':{'message':'jwt not active','name':'AuthTokenNotBeforeError','date':'2100-01-01T00:00:00.000Z','isBadToken':false},'isAuthenticated':false}}");
            peer.expectSilence();
            assertThat(events).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5         | AuthTokenError        | Invalid token format - Token must be a string",
                "{\"a\":1} | AuthTokenError        | Invalid token format - Token must be a string",
                "\"x\"     | AuthTokenInvalidError | jwt malformed",
                "\"a.b.c\" | AuthTokenInvalidError | invalid token"
            })
    @Checklist("SC 74")
    void malformedTokenIsBad(String token, String name, String message) {
        try (var fixture = ServerFixture.listening()) {
            RawPeer peer = fixture.connect();
            assertThat(peer.ask("{'event':'#handshake','data':{'authToken':" + token + "},'cid':1}"))
                    .endsWith("'authError':{'message':'"
                            + message
                            + "','name':'"
                            + name
                            + "','isBadToken':true},'isAuthenticated':false}}");
            assertThat(peer.next()).isEqualTo(REMOVE);
        }
    }

    @Test
    @Checklist("SC 74")
    void unsignedTokenAndForeignAlgorithmAreBad() {
        try (var fixture = ServerFixture.listening()) {
            Map<String, String> tokens = Map.of(
                    jwt("{\"alg\":\"none\",\"typ\":\"JWT\"}", "{}", ""),
                    "jwt signature is required",
                    jwt("{\"alg\":\"RS256\",\"typ\":\"JWT\"}", "{}", "abcd"),
                    "invalid algorithm");
            tokens.forEach((token, message) -> assertThat(fixture.connect().ask(handshake(token)))
                    .contains("'authError':{'message':'" + message + "','name':'AuthTokenInvalidError'"));
        }
    }

    // original: Should not authenticate the client if MIDDLEWARE_INBOUND blocks the authentication
    @Test
    @Checklist("SC 78")
    void middlewareBlocksHandshakeAuthentication() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            fixture.server.middleware(
                    Action.Authenticate.class,
                    Middleware.of(action -> user(action.authToken()).equals("alice")
                            ? Decision.block("AuthenticateMiddlewareError", "Blocked")
                            : Decision.allow()));
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(handshake(ALICE)))
                    .endsWith(
                            "'authError':{'message':'Blocked','name':'AuthenticateMiddlewareError'},'isAuthenticated':false}}");
            peer.expectSilence();
            assertThat(events).isEmpty();
            RealtimeSocket socket = fixture.server.connections().iterator().next();
            assertThat(socket.authToken()).isEmpty();
            assertThat(socket.signedAuthToken()).isEmpty(); // Q13
        }
    }

    // original: Should not run AUTHENTICATE action in middleware if JWT token does not exist
    // original: Should run AUTHENTICATE action in middleware if JWT token exists
    @Test
    @Checklist("SC 79")
    void authenticateMiddlewareRunsOnlyForToken() {
        try (var fixture = ServerFixture.listening()) {
            List<String> asked = new CopyOnWriteArrayList<>();
            fixture.server.middleware(Action.Authenticate.class, Middleware.of(action -> {
                asked.add(user(action.authToken()) + " " + action.signedAuthToken());
                return Decision.allow();
            }));
            fixture.join();
            assertThat(asked).isEmpty();
            fixture.connect().handshake(BOB);
            assertThat(asked).containsExactly("bob " + BOB);
        }
    }

    // original: The verifyToken method of the authEngine receives correct params
    @Test
    @Checklist("SC 80")
    void customAuthEngineVerifiesAndSigns() {
        List<String> asked = new CopyOnWriteArrayList<>();
        AuthEngine engine = new AuthEngine() {
            @Override
            public CompletableFuture<Object> verifyToken(@Nullable Object signedToken, RealtimeSocket socket) {
                asked.add(signedToken + " " + socket.id().length());
                return "good".equals(signedToken)
                        ? CompletableFuture.completedFuture(Map.of("username", "bob"))
                        : CompletableFuture.failedFuture(new IllegalStateException("unknown token"));
            }

            @Override
            public CompletableFuture<String> signToken(Map<String, Object> claims, TokenOptions options) {
                return CompletableFuture.completedFuture("signed by me");
            }
        };
        try (var fixture = ServerFixture.listening(options -> options.authEngine(engine))) {
            fixture.server.onConnection(AuthFixture::login);
            RawPeer peer = fixture.connect().handshake("good");
            assertThat(asked).containsExactly("good 20");
            assertThat(peer.ask("{'event':'login','data':{'username':'bob'},'cid':2}"))
                    .isEqualTo("{'event':'#setAuthToken','data':{'token':'signed by me'}}");
            assertThat(fixture.connect().ask(handshake("bad")))
                    .contains("'authError':{'message':'unknown token','name':'AuthTokenError','isBadToken':true}");
            assertThatThrownBy(() -> fixture.server.setAuthKey("x")).isInstanceOf(IllegalStateException.class);
        }
    }

    // ---- #authenticate

    // original: Should close the connection if the client tries to send a malformatted authenticate
    // packet
    @Test
    @Checklist("SC 92")
    void authenticateWithoutCidClosesConnection() {
        try (var fixture = ServerFixture.listening()) {
            var closure = new CompletableFuture<ServerEvent.Closure>();
            fixture.server.on(ServerEvent.Closure.class, closure::complete);
            RawPeer peer = fixture.join().send("{'event':'#authenticate','data':'" + BOB + "'}");
            assertThat(peer.endCode()).isEqualTo(4008);
            assertThat(closure.orTimeout(10, TimeUnit.SECONDS).join().reason())
                    .isEqualTo("Server rejected handshake from client");
        }
    }

    @Test
    @Checklist("SC 93")
    void authenticateIsAnsweredWithAuthState() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'#authenticate','data':'" + BOB + "','cid':8}"))
                    .isEqualTo("{'rid':8,'data':{'isAuthenticated':true,'authError':null}}");
            assertThat(peer.ask("{'event':'#authenticate','data':'bad','cid':9}"))
                    .isEqualTo(
                            "{'rid':9,'error':{'message':'jwt malformed','name':'AuthTokenInvalidError','isBadToken':true}}");
            assertThat(peer.next()).isEqualTo(REMOVE);
            assertThat(peer.ask("{'event':'#authenticate','data':null,'cid':10}"))
                    .isEqualTo(
                            "{'rid':10,'error':{'message':'jwt must be provided','name':'AuthTokenInvalidError','isBadToken':true}}");
            assertThat(peer.next()).isEqualTo(REMOVE);
            String later = ServerFixture.token(Map.of("nbf", 4_102_444_800L, "exp", 5_102_444_800L));
            assertThat(peer.ask("{'event':'#authenticate','data':'" + later + "','cid':11}"))
                    .startsWith("{'rid':11,'data':{'isAuthenticated':false,'authError':{'message':'jwt not active'");
            await().untilAsserted(() -> assertThat(events)
                    .containsSubsequence(
                            "authenticate bob",
                            "badAuthToken AuthTokenInvalidError",
                            "authenticated to unauthenticated -",
                            "deauthenticate bob"));
        }
    }

    @Test
    @Checklist("SC 93")
    void middlewareBlocksAuthenticate() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            RawPeer peer = fixture.connect().handshake(BOB);
            fixture.server.middleware(
                    Action.Authenticate.class,
                    Middleware.of(action -> Decision.block(RealtimeException.of("NoError", "no")
                            .with("isBadToken", user(action.authToken()).equals("bob")))));
            assertThat(peer.ask("{'event':'#authenticate','data':'" + ALICE + "','cid':8}"))
                    .isEqualTo(
                            "{'rid':8,'data':{'isAuthenticated':false,'authError':{'message':'no','name':'NoError','isBadToken':false}}}");
            assertThat(fixture.server.connections().iterator().next().isAuthenticated())
                    .isFalse();
            assertThat(peer.ask("{'event':'#authenticate','data':'" + BOB + "','cid':9}"))
                    .isEqualTo("{'rid':9,'error':{'message':'no','name':'NoError','isBadToken':true}}");
            assertThat(peer.next()).isEqualTo(REMOVE);
            await().untilAsserted(() ->
                    assertThat(events).contains("authenticated to unauthenticated -", "badAuthToken NoError"));
        }
    }
}
