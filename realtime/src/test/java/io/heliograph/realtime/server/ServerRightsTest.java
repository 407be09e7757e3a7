package io.heliograph.realtime.server;

import static io.heliograph.realtime.server.AuthFixture.ALICE;
import static io.heliograph.realtime.server.AuthFixture.BOB;
import static io.heliograph.realtime.server.AuthFixture.REMOVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.Action;
import io.heliograph.realtime.Compatibility;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.TokenOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions and publications after the end of the rights that allowed them. */
class ServerRightsTest {

    private static final String KICKED = "{'event':'#kickOut','data':{'channel':'secret','message':'log in first'}}";

    /** Protects the channel {@code secret}: only bob may subscribe and publish. */
    private static void protect(RealtimeServer server) {
        server.middleware(Action.Subscribe.class, Middleware.of(action -> decide(action.socket(), action.channel())));
        server.middleware(Action.PublishIn.class, Middleware.of(action -> decide(action.socket(), action.channel())));
    }

    private static Decision decide(RealtimeSocket socket, String channel) {
        boolean bob = socket.authToken()
                .map(token -> "bob".equals(token.claim("username")))
                .orElse(false);
        return bob || !channel.equals("secret") ? Decision.allow() : Decision.block("NoError", "log in first");
    }

    private static String token(Map<String, Object> claims, Duration lifetime) {
        Map<String, Object> all = new java.util.HashMap<>(claims);
        all.put("exp", ManualFixture.BEGIN.plus(lifetime).getEpochSecond());
        return ServerFixture.token(all);
    }

    private static RealtimeSocket socket(ManualFixture fixture) {
        return fixture.server.connections().iterator().next();
    }

    private static void publish(ManualFixture fixture) {
        var unused = fixture.server.exchange().publish("secret", 1);
        var unused2 = fixture.server.exchange().publish("public", 2);
        fixture.clock.runReady();
    }

    private static List<String> received(RawPeer peer) {
        List<String> all = new ArrayList<>();
        for (String next = peer.poll(); next != null; next = peer.poll()) {
            all.add(next);
        }
        return all;
    }

    @Test
    void expiredTokenEndsProtectedSubscription() {
        try (var fixture = ManualFixture.listening()) {
            protect(fixture.server);
            RawPeer peer = fixture.connect().handshake(token(Map.of("username", "bob"), Duration.ofSeconds(20)));
            peer.subscribe("secret").subscribe("public");
            fixture.advanceMillis(20_000);
            publish(fixture);
            assertThat(peer.next(2))
                    .containsExactly(RawPeer.publication("secret", 1), RawPeer.publication("public", 2));
            fixture.advanceMillis(1);
            publish(fixture);
            assertThat(received(peer)).containsExactly(REMOVE, KICKED, RawPeer.publication("public", 2));
            assertThat(socket(fixture).subscriptions()).containsExactly("public");
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'secret','data':3},'cid':4}"))
                    .contains("log in first");
        }
    }

    private static Arguments end(String name, BiConsumer<RealtimeSocket, RawPeer> end) {
        return Arguments.of(name, end);
    }

    static Stream<Arguments> ends() {
        return Stream.of(
                end("deauthenticate", (socket, peer) -> socket.deauthenticate()),
                end("deauthenticateSelf", (socket, peer) -> socket.deauthenticateSelf()),
                end("deauthenticateConfirmed", (socket, peer) -> socket.deauthenticateConfirmed()),
                end("another user by the server", (socket, peer) -> socket.setAuthToken(Map.of("username", "alice"))),
                end("client removes token", (socket, peer) -> peer.send("{'event':'#removeAuthToken'}")),
                end(
                        "another user by the client",
                        (socket, peer) -> peer.send("{'event':'#authenticate','data':'" + ALICE + "','cid':7}")),
                end("invalid token", (socket, peer) -> peer.send("{'event':'#authenticate','data':'a.b.c','cid':7}")),
                end("no token", (socket, peer) -> peer.send("{'event':'#authenticate','data':null,'cid':7}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ends")
    void endOfRightsEndsProtectedSubscription(String name, BiConsumer<RealtimeSocket, RawPeer> end) {
        try (var fixture = ManualFixture.listening()) {
            protect(fixture.server);
            RawPeer peer = fixture.connect().handshake(BOB).subscribe("secret").subscribe("public");
            end.accept(socket(fixture), peer);
            fixture.clock.runReady();
            publish(fixture);
            assertThat(received(peer))
                    .contains(KICKED)
                    .endsWith(RawPeer.publication("public", 2))
                    .doesNotContain(RawPeer.publication("secret", 1));
            assertThat(socket(fixture).subscriptions()).containsExactly("public");
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'secret','data':3},'cid':4}"))
                    .contains("log in first");
        }
    }

    static Stream<Arguments> original() {
        return Stream.of(
                Arguments.of("compatibility", (Consumer<RealtimeServer.Builder>)
                        options -> options.compatibility(Compatibility.SOCKETCLUSTER_20)),
                Arguments.of(
                        "option", (Consumer<RealtimeServer.Builder>) options -> options.recheckSubscriptions(false)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("original")
    void subscriptionsRemainAsInTheOriginal(String name, Consumer<RealtimeServer.Builder> options) {
        try (var fixture = ManualFixture.listening(options)) {
            protect(fixture.server);
            RawPeer peer = fixture.connect().handshake(BOB).subscribe("secret");
            socket(fixture).deauthenticateSelf();
            publish(fixture);
            assertThat(received(peer)).containsExactly(RawPeer.publication("secret", 1));
        }
    }

    @Test
    void renewedTokenIsNotDecidedAgain() {
        try (var fixture = ManualFixture.listening()) {
            List<String> asked = new ArrayList<>();
            fixture.server.middleware(Action.Subscribe.class, Middleware.of(action -> {
                asked.add(action.channel());
                return Decision.allow();
            }));
            RawPeer peer = fixture.connect().handshake(token(Map.of("username", "bob"), Duration.ofSeconds(20)));
            peer.subscribe("secret");
            socket(fixture)
                    .setAuthToken(
                            Map.of("username", "bob"),
                            TokenOptions.builder()
                                    .expiresIn(Duration.ofSeconds(60))
                                    .build());
            fixture.clock.runReady();
            assertThat(asked).containsExactly("secret");
            socket(fixture).setAuthToken(Map.of("username", "bob", "role", "guest"));
            fixture.clock.runReady();
            assertThat(asked).containsExactly("secret", "secret");
        }
    }

    @Test
    void middlewareReceivesSameDataAndExpiry() {
        try (var fixture = ManualFixture.listening()) {
            List<String> asked = new ArrayList<>();
            fixture.server.middleware(Action.Subscribe.class, Middleware.of(action -> {
                asked.add(action.channel() + " " + action.data().isPresent() + " " + action.data() + " "
                        + action.authTokenExpiredError().isPresent());
                return Decision.allow("replaced");
            }));
            RawPeer peer = fixture.connect().handshake(token(Map.of("username", "bob"), Duration.ofSeconds(20)));
            peer.ask("{'event':'#subscribe','data':{'channel':'a','data':{'since':7}},'cid':2}");
            peer.ask("{'event':'#subscribe','data':{'channel':'b'},'cid':3}");
            peer.ask("{'event':'#subscribe','data':{'channel':'c','data':'" + "x".repeat(1025) + "'},'cid':4}");
            peer.ask("{'event':'#subscribe','data':{'channel':'d','data':'" + "x".repeat(1000) + "'},'cid':5}");
            peer.ask("{'event':'#unsubscribe','data':'d','cid':6}");
            peer.subscribe("d");
            asked.clear();
            fixture.advanceMillis(20_001);
            assertThat(asked)
                    .containsExactlyInAnyOrder(
                            "a true {\"since\":7} true", "b false  true", "c false  true", "d false  true");
        }
    }

    @Test
    void subscriptionPendingWhileRightsEndIsDecidedAgain() {
        try (var fixture = ManualFixture.listening()) {
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            fixture.server.middleware(Action.Subscribe.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            RawPeer peer = fixture.connect().handshake(BOB);
            peer.send("{'event':'#subscribe','data':{'channel':'secret'},'cid':2}");
            socket(fixture).deauthenticateSelf();
            decisions.getFirst().complete(Decision.allow());
            fixture.clock.runReady();
            assertThat(peer.next()).isEqualTo("{'rid':2}");
            assertThat(decisions).hasSize(2);
            decisions.get(1).complete(Decision.block("NoError", "log in first"));
            fixture.clock.runReady();
            assertThat(received(peer)).containsExactly(KICKED);
            assertThat(socket(fixture).subscriptions()).isEmpty();
        }
    }

    @Test
    void newSubscriptionIsNotKickedOutByDecisionAboutEarlierOne() {
        try (var fixture = ManualFixture.listening()) {
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            RawPeer peer = fixture.connect().handshake(BOB).subscribe("secret");
            fixture.server.middleware(Action.Subscribe.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            socket(fixture).deauthenticateSelf();
            peer.ask("{'event':'#unsubscribe','data':'secret','cid':2}");
            peer.send("{'event':'#subscribe','data':{'channel':'secret'},'cid':3}");
            decisions.get(1).complete(Decision.allow());
            fixture.clock.runReady();
            assertThat(peer.next()).isEqualTo("{'rid':3}");
            decisions.getFirst().complete(Decision.block());
            fixture.clock.runReady();
            assertThat(received(peer)).isEmpty();
            assertThat(socket(fixture).subscriptions()).containsExactly("secret");
        }
    }

    @Test
    void undecidedSubscriptionEndsAfterMiddlewareTimeout() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.connect().handshake(BOB).subscribe("a").subscribe("b");
            fixture.server.middleware(Action.Subscribe.class, action -> new CompletableFuture<>());
            socket(fixture).deauthenticateSelf();
            fixture.advanceMillis(29_999);
            assertThat(socket(fixture).subscriptions()).hasSize(2);
            fixture.advanceMillis(1);
            assertThat(socket(fixture).subscriptions()).isEmpty();
            assertThat(received(peer)).hasSize(2);
        }
    }

    @Test
    void clientThatLeavesWhileRightsEndIsNotNotified() {
        try (var fixture = ManualFixture.listening()) {
            CompletableFuture<Decision> decision = new CompletableFuture<>();
            RawPeer peer = fixture.connect().handshake(BOB).subscribe("secret");
            fixture.server.middleware(Action.Subscribe.class, action -> decision);
            socket(fixture).deauthenticateSelf();
            peer.cut();
            fixture.clock.runReady();
            decision.complete(Decision.block());
            fixture.clock.runReady();
            assertThat(fixture.events).endsWith("warning SocketProtocolError", "warning SilentMiddlewareBlockedError");
        }
    }

    // ---- clocks

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tokenIsValidInTheMillisecondOfItsExpiry(boolean onTime) {
        try (var fixture = ManualFixture.listening(options -> options.expireTokensOnTime(onTime))) {
            protect(fixture.server);
            String token =
                    ServerFixture.token(Map.of("username", "bob", "exp", ManualFixture.BEGIN.getEpochSecond() + 20.5));
            RawPeer peer = fixture.connect().handshake(token);
            fixture.advanceMillis(20_500);
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'secret','data':3},'cid':4}"))
                    .isEqualTo("{'rid':4}");
            assertThat(socket(fixture).isAuthenticated()).isTrue();
            fixture.advanceMillis(1);
            peer.send("{'event':'#publish','data':{'channel':'secret','data':3},'cid':5}");
            assertThat(peer.next(2)).contains(REMOVE).anyMatch(answer -> answer.contains("log in first"));
            assertThat(socket(fixture).isAuthenticated()).isFalse();
        }
    }

    @Test
    void presentedTokenIsExpiredInTheSecondOfItsExpiry() {
        try (var fixture = ManualFixture.listening(options -> options.strictHandshake(false))) {
            String token = token(Map.of("username", "bob"), Duration.ofSeconds(5));
            fixture.advanceMillis(4_999);
            fixture.connect().handshake(token);
            fixture.advanceMillis(1);
            assertThat(fixture.connect().ask(AuthFixture.handshake(token))).contains("jwt expired");
        }
    }

    @Test
    void skewExtendsTokenOfConnection() {
        try (var fixture = ManualFixture.listening(options -> options.authClockSkew(Duration.ofMillis(1500)))) {
            fixture.connect().handshake(token(Map.of("username", "bob"), Duration.ofSeconds(20)));
            fixture.advanceMillis(21_500);
            assertThat(socket(fixture).isAuthenticated()).isTrue();
            fixture.advanceMillis(1);
            assertThat(socket(fixture).isAuthenticated()).isFalse();
        }
    }

    @Test
    void skewIsToleratedInPresentedTokens() {
        try (var fixture = ManualFixture.listening(options -> options.authClockSkew(Duration.ofSeconds(5)))) {
            fixture.connect().handshake(token(Map.of("username", "bob"), Duration.ofSeconds(-4)));
            fixture.connect()
                    .handshake(token(
                            Map.of("nbf", ManualFixture.BEGIN.plusSeconds(5).getEpochSecond()),
                            Duration.ofSeconds(20)));
            assertThat(fixture.connect().ask(AuthFixture.handshake(token(Map.of(), Duration.ofSeconds(-5)))))
                    .contains("jwt expired");
            assertThat(fixture.connect()
                            .ask(AuthFixture.handshake(token(
                                    Map.of(
                                            "nbf",
                                            ManualFixture.BEGIN.plusSeconds(6).getEpochSecond()),
                                    Duration.ofSeconds(20)))))
                    .contains("jwt not active");
        }
    }

    @Test
    void wallClockSetForwardExpiresTokenWithinAMinute() {
        Duration[] jump = {Duration.ZERO};
        try (var fixture = ManualFixture.listening(options -> options.pingTimeoutDisabled(true))) {
            fixture.setWallClock(() ->
                    ManualFixture.BEGIN.plusNanos(fixture.clock.nanoTime()).plus(jump[0]));
            RawPeer peer = fixture.connect().handshake(token(Map.of("username", "bob"), Duration.ofHours(2)));
            fixture.advance(Duration.ofMinutes(5));
            jump[0] = Duration.ofHours(3);
            fixture.advance(Duration.ofMinutes(1));
            assertThat(peer.poll()).isEqualTo(REMOVE);
            jump[0] = Duration.ofHours(-3);
            RawPeer other = fixture.connect().handshake(token(Map.of("username", "bob"), Duration.ofSeconds(1)));
            fixture.advance(Duration.ofHours(2));
            assertThat(other.poll()).isNull(); // by the wall clock, its time has not come
            jump[0] = Duration.ZERO;
            fixture.advance(Duration.ofMinutes(1));
            assertThat(other.poll()).isEqualTo(REMOVE);
        }
    }
}
