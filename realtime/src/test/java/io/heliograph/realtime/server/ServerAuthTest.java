package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.codec.Codec;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.AuthException;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.BadConnectionException;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.Checklist;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAuthTest {

    /** Token of the original's own tests, signed with {@code testkey}. */
    private static final String BOB =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VybmFtZSI6ImJvYiIsImV4cCI6MzE2Mzc1ODk3OTA4MDMxMCwiaWF0IjoxNTAyNzQ3NzQ2fQ.dSZOfsImq4AvCu-Or3Fcmo7JNv1hrV3WqxaiSKkTtAo";

    private static final String ALICE =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VybmFtZSI6ImFsaWNlIiwiaWF0IjoxNTE4NzI4MjU5LCJleHAiOjMxNjM3NTg5NzkwODAzMTB9.XxbzPPnnXrJfZrS0FJwb_EAhIu2VY5i7rGyUThtNLh4";

    private static final String REMOVE = "{'event':'#removeAuthToken'}";

    private static String handshake(String token) {
        return "{'event':'#handshake','data':{'authToken':'" + token + "'},'cid':1}";
    }

    private static String jwt(String header, String payload, String signature) {
        var base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString(header.getBytes(StandardCharsets.UTF_8))
                + "."
                + base64.encodeToString(payload.getBytes(StandardCharsets.UTF_8))
                + "."
                + signature;
    }

    /** Events of a socket and its server about authentication, in order. */
    private static List<String> record(ServerFixture fixture) {
        List<String> events = new CopyOnWriteArrayList<>();
        fixture.server.on(ServerEvent.Handshake.class, event -> {
            RealtimeSocket socket = event.socket();
            socket.on(SocketEvent.Authenticate.class, e -> events.add("authenticate " + user(e.authToken())));
            socket.on(SocketEvent.Deauthenticate.class, e -> events.add("deauthenticate " + user(e.oldAuthToken())));
            socket.on(
                    SocketEvent.AuthStateChange.class,
                    e -> events.add(e.oldAuthState().wireName()
                            + " to "
                            + e.newAuthState().wireName()
                            + " "
                            + user(e.authToken())));
            socket.on(
                    SocketEvent.BadAuthToken.class,
                    e -> events.add("badAuthToken " + e.authError().errorName()));
        });
        fixture.server.on(
                ServerEvent.AuthenticationStateChange.class,
                e -> events.add("server " + e.oldAuthState() + " to " + e.newAuthState()));
        fixture.server.on(ServerEvent.Authentication.class, e -> events.add("authentication " + user(e.authToken())));
        fixture.server.on(
                ServerEvent.Deauthentication.class, e -> events.add("deauthentication " + user(e.oldAuthToken())));
        fixture.server.on(
                ServerEvent.BadSocketAuthToken.class,
                e -> events.add("badSocketAuthToken " + e.authError().errorName()));
        return events;
    }

    private static String user(@Nullable AuthToken token) {
        return token == null ? "-" : String.valueOf(token.claim("username"));
    }

    private static void login(RealtimeSocket socket) {
        socket.onProcedure("login", new TypeRef<Map<String, Object>>() {}, (data, request) -> {
            if (List.of("bob", "alice").contains(String.valueOf(data.get("username")))) {
                socket.setAuthToken(data);
                request.end();
            } else {
                request.fail("FailedLoginError", "Failed to login");
            }
        });
    }

    // ---- the handshake

    // original: Should be authenticated on connect if previous JWT token is present
    @Test
    @Checklist({"SC 70", "SC 75", "SC 81"})
    void aGoodTokenAuthenticates() {
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
    void noTokenIsNoError() {
        try (var fixture = ServerFixture.listening()) {
            fixture.join().expectSilence();
        }
    }

    // original: Should send back error if JWT is invalid during handshake
    @Test
    @Checklist({"SC 71", "SC 76", "SC 77"})
    void aTokenOfAnotherKeyIsBad() {
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
    void anExpiredTokenIsBad() {
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
    void aTokenThatIsNotValidYetIsNotBad() {
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
    void tokensThatAreNone(String token, String name, String message) {
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
    void unsignedTokensAndOthersAlgorithmsAreBad() {
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
    void authenticationMayBeBlocked() {
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
    void onlyATokenIsAskedAbout() {
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
    void anEngineOfTheApplicationsVerifies() {
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
            fixture.server.onConnection(ServerAuthTest::login);
            RawPeer peer = fixture.connect().handshake("good");
            assertThat(asked).containsExactly("good 20");
            assertThat(peer.ask("{'event':'login','data':{'username':'bob'},'cid':2}"))
                    .isEqualTo("{'event':'#setAuthToken','data':{'token':'signed by me'}}");
            assertThat(fixture.connect().ask(handshake("bad")))
                    .contains("'authError':{'message':'unknown token','name':'AuthTokenError','isBadToken':true}");
            assertThatThrownBy(() -> fixture.server.setAuthKey("x")).isInstanceOf(IllegalStateException.class);
        }
    }

    // ---- tokens that the server gives

    // original: Should allow switching between users
    @Test
    @Checklist("SC 82")
    void usersMayBeSwitched() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            fixture.server.onConnection(ServerAuthTest::login);
            RawPeer peer = fixture.connect().handshake(BOB);
            peer.ask("{'event':'login','data':{'username':'alice'},'cid':2}");
            await().untilAsserted(() -> assertThat(events)
                    .containsExactly(
                            "unauthenticated to authenticated bob",
                            "server UNAUTHENTICATED to AUTHENTICATED",
                            "authenticate bob",
                            "authentication bob",
                            "authenticate alice",
                            "authentication alice"));
        }
    }

    // original: Should emit correct events/data when socket is deauthenticated
    @Test
    @Checklist({"SC 83", "SC 94"})
    void aClientTakesItsAuthenticationBack() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            RawPeer peer = fixture.connect().handshake(BOB);
            peer.send("{'event':'#removeAuthToken','cid':7}").expectSilence();
            await().untilAsserted(() -> assertThat(events)
                    .containsExactly(
                            "unauthenticated to authenticated bob",
                            "server UNAUTHENTICATED to AUTHENTICATED",
                            "authenticate bob",
                            "authentication bob",
                            "authenticated to unauthenticated -",
                            "server AUTHENTICATED to UNAUTHENTICATED",
                            "deauthenticate bob",
                            "deauthentication bob"));
        }
    }

    // original: Should throw error if server socket deauthenticate is called after client
    // disconnected and rejectOnFailedDelivery is true
    // original: Should not throw error if server socket deauthenticate is called after client
    // disconnected and rejectOnFailedDelivery is not true
    @Test
    @Checklist("SC 84")
    void deauthenticatingOneThatHasGone() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.peer().close(1000, "");
            await().until(() -> joined.socket().state() == SocketState.CLOSED);
            assertThatThrownBy(() -> joined.socket().deauthenticateConfirmed().join())
                    .hasCauseInstanceOf(BadConnectionException.class);
            joined.socket().deauthenticate();
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("BadConnectionError"));
        }
    }

    @Test
    void deauthenticatingTellsTheClient() {
        try (var fixture = ServerFixture.listening()) {
            var next = fixture.nextSocket();
            RawPeer peer = fixture.connect().handshake(BOB);
            RealtimeSocket socket = next.orTimeout(10, TimeUnit.SECONDS).join();
            socket.deauthenticate();
            assertThat(socket.isAuthenticated()).isFalse();
            assertThat(peer.next()).isEqualTo(REMOVE);
            var confirmed = socket.deauthenticateConfirmed();
            assertThat(peer.next()).isEqualTo("{'event':'#removeAuthToken','cid':1}");
            peer.send("{'rid':1}");
            confirmed.orTimeout(10, TimeUnit.SECONDS).join();
            socket.deauthenticateSelf();
            peer.expectSilence();
        }
    }

    // original: Token should be available after the authenticate listener resolves
    // original: Authentication can be captured using the authenticate listener
    // original: Previously authenticated client should still be authenticated after reconnecting
    // original: Should trigger an authTokenSigned event and socket.signedAuthToken should be set
    // after calling the socket.setAuthToken method
    @Test
    @Checklist({"SC 85", "SC 88"})
    void settingATokenTellsTheClientBeforeTheResponse() {
        try (var fixture = ServerFixture.listening()) {
            var signed = new CompletableFuture<String>();
            var socket = fixture.nextSocket();
            fixture.server.onConnection(each -> {
                login(each);
                each.on(SocketEvent.AuthTokenSigned.class, event -> signed.complete(event.signedAuthToken()));
            });
            RawPeer peer = fixture.join();
            String token = peer.ask("{'event':'login','data':{'username':'bob'},'cid':2}");
            assertThat(token).startsWith("{'event':'#setAuthToken','data':{'token':'");
            assertThat(peer.next()).isEqualTo("{'rid':2}");
            String jwt = token.substring(token.indexOf("ey"), token.lastIndexOf('\''));
            assertThat(signed.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(jwt);
            assertThat(socket.join().signedAuthToken()).contains(jwt);
            assertThat(socket.join().authToken().orElseThrow().claims())
                    .isEqualTo(claims(jwt))
                    .containsEntry("username", "bob")
                    .containsKeys("iat", "exp");
            peer.close(1000, "");
            fixture.connect().handshake(jwt);
        }
    }

    private static Map<?, ?> claims(String setAuthToken) {
        return json(setAuthToken.split("\\.", -1)[1]);
    }

    private static Map<?, ?> json(String base64) {
        Frame text = Frame.of(Base64.getUrlDecoder().decode(base64));
        return (Map<?, ?>) Objects.requireNonNull(Codec.named("json").decode(text, Map.class));
    }

    @Test
    @Checklist("SC 91")
    void theAlgorithmIsTheServers() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.socket()
                    .setAuthToken(
                            Map.of("username", "bob"),
                            TokenOptions.builder()
                                    .header(Map.of("alg", "HS512", "x", "kept"))
                                    .build())
                    .join();
            String token = joined.peer().next();
            String jwt = token.substring(token.indexOf("ey"), token.lastIndexOf('\''));
            assertThat(json(jwt.split("\\.", -1)[0])).isEqualTo(Map.of("alg", "HS256", "typ", "JWT", "x", "kept"));
            assertThat(joined.socket().signedAuthToken()).contains(jwt);
            fixture.connect().handshake(jwt);
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("InvalidArgumentsError"));
            assertThat(fixture.warnings.get(0))
                    .hasMessage(
                            "Cannot change auth token algorithm at runtime - It must be specified as a config option on launch");
        }
    }

    // original: Should set the correct expiry when using expiresIn option when creating a JWT with
    // socket.setAuthToken
    // original: Should set the correct expiry when adding exp claim when creating a JWT with
    // socket.setAuthToken
    // original: The exp claim should have priority over expiresIn option when using
    // socket.setAuthToken
    @Test
    @Checklist("SC 86")
    void aTokenExpiresAsSaid() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            long now = Instant.now().getEpochSecond();
            joined.socket().setAuthToken(Map.of("username", "bob"));
            assertThat((Long) claims(joined.peer().next()).get("exp")).isBetween(now + 86_400, now + 86_430);
            TokenOptions tenDays =
                    TokenOptions.builder().expiresIn(Duration.ofDays(10)).build();
            joined.socket().setAuthToken(Map.of("username", "bob"), tenDays);
            assertThat((Long) claims(joined.peer().next()).get("exp")).isBetween(now + 864_000, now + 864_030);
            joined.socket().setAuthToken(Map.of("username", "bob", "exp", now + 864_000));
            assertThat(claims(joined.peer().next()).get("exp")).isEqualTo(now + 864_000);
            joined.socket().setAuthToken(Map.of("username", "bob", "exp", now + 50), tenDays);
            assertThat(claims(joined.peer().next()).get("exp")).isEqualTo(now + 50);
        }
    }

    // original: Should send back error if socket.setAuthToken tries to set both iss claim and
    // issuer option
    @Test
    @Checklist("SC 87")
    void aTokenThatCannotBeSignedEndsTheSocket() { // Q15
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            var disconnect = new CompletableFuture<SocketEvent.Disconnect>();
            joined.socket().on(SocketEvent.Disconnect.class, disconnect::complete);
            var setting = joined.socket()
                    .setAuthToken(
                            Map.of("username", "bob", "iss", "foo"),
                            TokenOptions.builder().issuer("bar").build());
            assertThatThrownBy(setting::join).isNotNull();
            assertThat(joined.peer().endCode()).isEqualTo(4002);
            assertThat(joined.peer().endText()).isEmpty();
            assertThat(joined.peer().poll()).isNull();
            assertThat(disconnect.orTimeout(10, TimeUnit.SECONDS).join().code()).isEqualTo(4002);
            await().untilAsserted(() -> assertThat(fixture.warningNames()).contains("SocketProtocolError"));
            assertThat(joined.socket().isAuthenticated()).isFalse();
        }
    }

    // original: The socket.setAuthToken call should reject if token delivery fails and
    // rejectOnFailedDelivery option is true
    // original: The socket.setAuthToken call should not reject if token delivery fails and
    // rejectOnFailedDelivery option is not true
    @Test
    @Checklist("SC 89")
    void aTokenForOneThatHasGone() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.socket().disconnect();
            await().until(() -> joined.socket().state() == SocketState.CLOSED);
            assertThatThrownBy(() -> joined.socket()
                            .setAuthToken(
                                    Map.of("username", "bob"),
                                    TokenOptions.builder()
                                            .rejectOnFailedDelivery(true)
                                            .build())
                            .join())
                    .hasCauseInstanceOf(AuthException.class)
                    .hasMessageContaining(
                            "Failed to deliver auth token to client - Socket invoke #setAuthToken event was aborted due to a bad connection");
            await().untilAsserted(() ->
                    assertThat(fixture.warningNames()).containsExactly("BadConnectionError", "AuthError"));
            fixture.warnings.clear();
            joined.socket().setAuthToken(Map.of("username", "bob")).join();
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("BadConnectionError"));
        }
    }

    @Test
    @Checklist("SC 89")
    void aTokenMayBeConfirmed() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            var setting = joined.socket()
                    .setAuthToken(
                            Map.of("username", "bob"),
                            TokenOptions.builder().rejectOnFailedDelivery(true).build());
            assertThat(joined.peer().next()).startsWith("{'event':'#setAuthToken','cid':1,'data':{'token':'ey");
            assertThat(setting).isNotDone();
            joined.peer().send("{'rid':1}");
            setting.orTimeout(10, TimeUnit.SECONDS).join();
        }
    }

    // original: Should not be allowed to call req.socket.setAuthToken from inside middleware
    @Test
    @Checklist("SC 90")
    void noTokenBeforeTheHandshakeIsComplete() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            var refused = new CompletableFuture<Throwable>();
            fixture.server.middleware(Action.HandshakeSc.class, Middleware.of(action -> {
                action.socket()
                        .setAuthToken(Map.of("username", "alice"))
                        .whenComplete((none, e) -> refused.complete(e));
                return Decision.allow();
            }));
            fixture.join().expectSilence();
            assertThat(refused.join())
                    .isInstanceOf(InvalidActionException.class)
                    .hasMessage("Cannot call setAuthToken before completing the handshake");
            await().untilAsserted(() -> assertThat(fixture.warningNames()).contains("InvalidActionError"));
            assertThat(events).isEmpty();
        }
    }

    // ---- #authenticate

    // original: Should close the connection if the client tries to send a malformatted authenticate
    // packet
    @Test
    @Checklist("SC 92")
    void authenticatingNeedsANumber() {
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
    void authenticatingIsAnswered() {
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
    void authenticatingMayBeBlocked() {
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

    // ---- keys

    @Test
    void theKeyMayChange() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.setAuthKey("otherkey");
            fixture.connect().handshake(ServerFixture.token("otherkey", Map.of("a", 1)));
            assertThat(fixture.connect().ask(handshake(BOB))).contains("invalid signature");
        }
    }

    private static String pem(String kind, byte[] key) {
        return "-----BEGIN "
                + kind
                + "-----\n"
                + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END "
                + kind
                + "-----\n";
    }

    @Test
    @Checklist("SC 96")
    void bothKeysOfAPairAreNeeded() throws Exception {
        KeyPair pair = rsa();
        String secret = pem("PRIVATE KEY", pair.getPrivate().getEncoded());
        assertThatThrownBy(() -> ServerFixture.of(options -> options.authPrivateKey(secret)))
                .isInstanceOfSatisfying(
                        RealtimeException.class,
                        error -> assertThat(error.errorName()).isEqualTo("InvalidOptionsError"))
                .hasMessage("The authPublicKey option must be specified if authPrivateKey is specified");
        assertThatThrownBy(() -> ServerFixture.of(options ->
                        options.authPublicKey(pem("PUBLIC KEY", pair.getPublic().getEncoded()))))
                .hasMessage("The authPrivateKey option must be specified if authPublicKey is specified");
    }

    private static KeyPair rsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Checklist("SC 97")
    void aPairOfKeysNeedsItsAlgorithm(boolean named) throws Exception {
        KeyPair pair = rsa();
        try (var fixture = ServerFixture.listening(options -> {
            options.authPrivateKey(pem("PRIVATE KEY", pair.getPrivate().getEncoded()))
                    .authPublicKey(pem("PUBLIC KEY", pair.getPublic().getEncoded()));
            if (named) {
                options.authAlgorithm("RS256");
            }
        })) {
            var joined = fixture.joined();
            joined.socket().setAuthToken(Map.of("username", "bob"));
            if (named) {
                String token = joined.peer().next();
                String jwt = token.substring(token.indexOf("ey"), token.lastIndexOf('\''));
                fixture.connect().handshake(jwt);
            } else {
                assertThat(joined.peer().endCode()).isEqualTo(4002);
            }
        }
    }
}
