package io.heliograph.realtime.server;

import static io.heliograph.realtime.server.AuthFixture.BOB;
import static io.heliograph.realtime.server.AuthFixture.REMOVE;
import static io.heliograph.realtime.server.AuthFixture.handshake;
import static io.heliograph.realtime.server.AuthFixture.login;
import static io.heliograph.realtime.server.AuthFixture.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.NotConnectedException;
import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthException;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.Checklist;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTokenTest {

    // ---- issued tokens

    // original: Should allow switching between users
    @Test
    @Checklist("SC 82")
    void loginAsAnotherUserReplacesToken() {
        try (var fixture = ServerFixture.listening()) {
            List<String> events = record(fixture);
            fixture.server.onConnection(AuthFixture::login);
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
    void removeAuthTokenDeauthenticatesClient() {
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
    void confirmedDeauthenticationFailsAfterDisconnect() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.peer().close(1000, "");
            await().until(() -> joined.socket().state() == SocketState.CLOSED);
            assertThatThrownBy(() -> joined.socket().deauthenticateConfirmed().join())
                    .hasCauseInstanceOf(NotConnectedException.class);
            joined.socket().deauthenticate();
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("BadConnectionError"));
        }
    }

    @Test
    void deauthenticationNotifiesClient() {
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
    void tokenIsSentBeforeResponseToLogin() {
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
    void algorithmOfTokenHeaderIsIgnored() {
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
    void tokenExpiryFollowsClaimOptionAndDefault() {
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
    void signingFailureClosesConnection() { // Q15
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
    void confirmedTokenDeliveryFailsAfterDisconnect() {
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
    void confirmedTokenCompletesWithClientResponse() {
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
    void setAuthTokenFailsBeforeHandshakeCompletes() {
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

    // ---- keys

    @Test
    void changedAuthKeyVerifiesFurtherTokens() {
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
    void incompleteKeyPairIsRejected() throws Exception {
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
    void keyPairWithoutAlgorithmCannotSign(boolean named) throws Exception {
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
