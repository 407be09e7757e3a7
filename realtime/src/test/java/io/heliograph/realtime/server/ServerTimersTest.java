package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Compatibility;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pings, time-outs, and tokens that expire, by a clock of the test's. */
class ServerTimersTest {

    private static final String TIMED_OUT = "disconnection 4001 Client pong timed out";

    @Test
    @Checklist({"SC 39", "SC 52"})
    void pingsAreEmptyAndStartBeforeHandshake() {
        try (var fixture = ManualFixture.listening(
                options -> options.handshakeTimeout(Duration.ofMinutes(1)).strictHandshake(false))) {
            RawPeer peer = fixture.connect().showingPings();
            fixture.advanceMillis(7_999);
            assertThat(peer.poll()).isNull();
            fixture.advanceMillis(1);
            assertThat(peer.nextFrame().isText()).isTrue();
            fixture.advanceMillis(8_000);
            assertThat(peer.poll()).isEmpty();
            peer.send("");
            peer.handshake();
            fixture.server.connections().iterator().next().startBatch();
            fixture.advanceMillis(8_000);
            assertThat(peer.poll()).isEmpty();
        }
    }

    @Test
    @Checklist("SC 40")
    void version1PingsAreTextual() {
        try (var fixture = ManualFixture.listening(options -> options.protocolVersion(1))) {
            RawPeer peer = fixture.join().showingPings();
            var raws = new java.util.ArrayList<String>();
            fixture.server
                    .connections()
                    .forEach(socket -> socket.on(
                            SocketEvent.Raw.class,
                            event -> raws.add(event.message().utf8())));
            fixture.advanceMillis(8_000);
            assertThat(peer.poll()).isEqualTo("#1");
            peer.send("#2").send("");
            assertThat(raws).containsExactly("");
        }
    }

    // original: Should disconnect socket if server does not receive a pong from client before
    // timeout
    @Test
    @Checklist("SC 43")
    void silentClientIsDisconnected() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join().mute();
            fixture.advanceMillis(29_999);
            assertThat(peer.isOpen()).isTrue();
            fixture.advanceMillis(1);
            assertThat(peer.endCode()).isEqualTo(4001);
            assertThat(peer.endText()).isEmpty();
            assertThat(fixture.events).containsExactly(TIMED_OUT, "warning SocketProtocolError");
        }
    }

    // original: Should not disconnect socket if server receives a pong from client before timeout
    @Test
    @Checklist("SC 44")
    void pongsKeepConnectionOpen() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join();
            fixture.advance(Duration.ofHours(1));
            assertThat(peer.isOpen()).isTrue();
            assertThat(fixture.events).isEmpty();
        }
    }

    @Test
    @Checklist("SC 45")
    void messageAfterQuietPeriodKeepsConnectionOpen() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join().mute();
            fixture.advanceMillis(7_400);
            peer.send("{'event':'a'}"); // within a quarter of the time-out: counts for nothing
            fixture.advanceMillis(22_599);
            assertThat(peer.isOpen()).isTrue();
            peer.send("{'event':'a'}");
            fixture.advanceMillis(29_999);
            assertThat(peer.isOpen()).isTrue();
            fixture.advanceMillis(1);
            assertThat(peer.endCode()).isEqualTo(4001);
        }
    }

    // original: Should disconnect socket if server does not receive a pong from client before
    // timeout
    @Test
    @Checklist("SC 46")
    void pingIntervalBeyondTimeoutDisconnectsClient() {
        try (var fixture = ManualFixture.listening(
                options -> options.pingInterval(Duration.ofSeconds(2)).pingTimeout(Duration.ofSeconds(1)))) {
            RawPeer peer = fixture.join();
            fixture.advance(Duration.ofSeconds(1));
            assertThat(peer.endCode()).isEqualTo(4001);
        }
    }

    // original: Should not disconnect socket if server does not receive a pong from client before
    // timeout
    @Test
    @Checklist({"SC 47", "SC 48"})
    void disabledPingsKeepConnectionOpen() {
        try (var fixture = ManualFixture.listening(options -> options.pingTimeoutDisabled(true))) {
            RawPeer peer = fixture.connect().showingPings();
            assertThat(peer.ask(RawPeer.HANDSHAKE)).contains("'pingTimeout':30000");
            fixture.advance(Duration.ofHours(1));
            assertThat(peer.poll()).isNull();
            assertThat(peer.isOpen()).isTrue();
            assertThat(fixture.events).isEmpty();
        }
    }

    @Test
    @Checklist("SC 26")
    void missingHandshakeTimesOut() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.connect().showingPings();
            fixture.advanceMillis(9_999);
            assertThat(peer.isOpen()).isTrue();
            fixture.advanceMillis(1);
            assertThat(peer.endCode()).isEqualTo(4005);
            assertThat(fixture.events)
                    .containsExactly(
                            "connectionAbort 4005 Did not receive #handshake from client before timeout",
                            "warning SocketProtocolError");
            assertThat(fixture.server.pendingConnectionCount()).isZero();
        }
    }

    @Test
    @Checklist("SC 27")
    void receivedHandshakeDoesNotTimeOut() {
        try (var fixture = ManualFixture.listening(options -> options.middlewareTimeout(Duration.ZERO))) {
            var decision = new CompletableFuture<Decision>();
            fixture.server.middleware(Action.HandshakeSc.class, action -> decision);
            RawPeer peer = fixture.connect().send(RawPeer.HANDSHAKE);
            fixture.advance(Duration.ofMinutes(1));
            assertThat(peer.poll()).isNull();
            decision.complete(Decision.allow());
            assertThat(peer.next()).startsWith("{'rid':1,'data':{'id':");
        }
    }

    @Test
    void undecidedMiddlewareTimesOutAndBlocks() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join();
            fixture.server.middleware(Action.Invoke.class, action -> new CompletableFuture<>());
            peer.send("{'event':'a','cid':2}");
            fixture.advanceMillis(29_999);
            assertThat(peer.poll()).isNull();
            fixture.advanceMillis(1);
            assertThat(peer.next())
                    .isEqualTo(
                            "{'rid':2,'error':{'message':'Middleware has not decided about the invoke action within 30000 ms','name':'TimeoutError'}}");
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.MIDDLEWARE_TIMEOUT, 1L);
        }
    }

    @Test
    void decisionAfterTimeoutIsIgnored() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join();
            var decision = new CompletableFuture<Decision>();
            var invoked = new java.util.ArrayList<Integer>();
            fixture.server.middleware(
                    Action.Invoke.class,
                    action -> action.procedure().equals("a")
                            ? decision
                            : CompletableFuture.completedFuture(Decision.allow()));
            fixture.server.connections().iterator().next().onProcedure("a", Integer.class, n -> invoked.add(n));
            peer.send("{'event':'a','data':1,'cid':2}");
            fixture.advanceMillis(30_000);
            assertThat(peer.next()).contains("TimeoutError");
            decision.complete(Decision.allow());
            fixture.clock.runReady();
            assertThat(invoked).isEmpty();
            peer.expectSilence();
        }
    }

    @Test
    void decisionEndsItsTimer() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join();
            var decision = new CompletableFuture<Decision>();
            fixture.server.middleware(Action.Invoke.class, action -> decision);
            int timers = fixture.loop.timers();
            peer.send("{'event':'a','cid':2}");
            assertThat(fixture.loop.timers()).isEqualTo(timers + 1);
            decision.complete(Decision.block());
            fixture.clock.runReady();
            assertThat(fixture.loop.timers()).isEqualTo(timers);
        }
    }

    @Test
    @Checklist("SC 111")
    void missingResponseFailsCall() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join();
            var call = fixture.server.connections().iterator().next().invoke("a");
            assertThat(peer.next()).isEqualTo("{'event':'a','cid':1}");
            fixture.advanceMillis(9_999);
            assertThat(call).isNotDone();
            fixture.advanceMillis(1);
            assertThat(call).isCompletedExceptionally();
        }
    }

    // ---- time without listening

    @Test
    void stalledServerKeepsClientsThatAnswerPings() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer answering = fixture.join();
            RawPeer silent = fixture.join().mute();
            RawPeer connecting = fixture.connect().mute();
            fixture.advanceMillis(1_000);
            fixture.clock.stall(Duration.ofSeconds(35));
            fixture.advance(Duration.ofSeconds(1));
            assertThat(answering.isOpen()).isTrue();
            assertThat(silent.isOpen()).isTrue();
            assertThat(connecting.handshake().isOpen()).isTrue();
            fixture.advance(Duration.ofSeconds(29));
            assertThat(answering.isOpen()).isTrue();
            assertThat(silent.endCode()).isEqualTo(4001);
        }
    }

    @Test
    void stalledServerSendsOnePing() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join().showingPings();
            fixture.clock.stall(Duration.ofSeconds(35));
            fixture.advanceMillis(1);
            assertThat(peer.poll()).isEmpty();
            assertThat(peer.poll()).isNull();
            fixture.advanceMillis(7_998);
            assertThat(peer.poll()).isNull();
            fixture.advanceMillis(1);
            assertThat(peer.poll()).isEmpty();
        }
    }

    @Test
    void stalledServerDoesNotFailCalls() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join();
            var call = fixture.server.connections().iterator().next().invoke("a");
            assertThat(peer.next()).isEqualTo("{'event':'a','cid':1}");
            fixture.clock.stall(Duration.ofSeconds(35));
            fixture.advanceMillis(1);
            assertThat(call).isNotDone();
            fixture.advance(Duration.ofSeconds(10));
            assertThat(call).isCompletedExceptionally();
        }
    }

    @Test
    void pausedReadingIsNotSilence() {
        try (var fixture =
                ManualFixture.listening(options -> options.maxPendingMessages(2).middlewareTimeout(Duration.ZERO))) {
            RawPeer peer = fixture.join().mute();
            var decision = new CompletableFuture<Decision>();
            fixture.server.middleware(Action.Message.class, action -> decision);
            peer.send("{'event':'a'}").send("{'event':'a'}").send("{'event':'a'}");
            fixture.advance(Duration.ofSeconds(119)); // one second before the end of the fourth time-out
            assertThat(peer.isOpen()).isTrue();
            fixture.server.removeMiddleware(Action.Message.class);
            decision.complete(Decision.allow());
            fixture.clock.runReady();
            fixture.advance(Duration.ofSeconds(29)); // silence starts when reading resumes
            assertThat(peer.isOpen()).isTrue();
            fixture.advance(Duration.ofSeconds(2));
            assertThat(peer.endCode()).isEqualTo(4001);
        }
    }

    @Test
    void timersOfClosedConnectionsEnd() {
        try (var fixture = ManualFixture.listening()) {
            int before = fixture.loop.timers();
            RawPeer peer = fixture.join();
            assertThat(fixture.loop.timers()).isGreaterThan(before);
            fixture.server.connections().iterator().next().startBatching();
            fixture.clock.runReady();
            peer.close(1000, "");
            fixture.advance(Duration.ofSeconds(6));
            assertThat(fixture.loop.timers()).isEqualTo(before);
        }
    }

    // ---- tokens

    private static RawPeer withToken(ManualFixture fixture, Duration lifetime) {
        String token = ServerFixture.token(Map.of(
                "username", "bob", "exp", ManualFixture.BEGIN.plus(lifetime).getEpochSecond()));
        return fixture.connect().handshake(token);
    }

    @Test
    void tokenExpiresOnTime() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = withToken(fixture, Duration.ofSeconds(20));
            RealtimeSocket socket = fixture.server.connections().iterator().next();
            var lost = new CompletableFuture<SocketEvent.Deauthenticate>();
            socket.on(SocketEvent.Deauthenticate.class, lost::complete);
            fixture.advanceMillis(20_000);
            assertThat(socket.isAuthenticated()).isTrue();
            fixture.advanceMillis(1);
            assertThat(peer.poll()).isEqualTo("{'event':'#removeAuthToken'}");
            assertThat(socket.isAuthenticated()).isFalse();
            assertThat(Objects.requireNonNull(lost.join().oldAuthToken()).claim("username"))
                    .isEqualTo("bob");
        }
    }

    @Test
    void replacedTokenUsesExpiryOfNewToken() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = withToken(fixture, Duration.ofSeconds(20));
            RealtimeSocket socket = fixture.server.connections().iterator().next();
            socket.setAuthToken(
                    Map.of("username", "alice"),
                    TokenOptions.builder().expiresIn(Duration.ofSeconds(60)).build());
            fixture.clock.runReady();
            assertThat(peer.next()).startsWith("{'event':'#setAuthToken'");
            fixture.advanceMillis(60_000);
            assertThat(socket.isAuthenticated()).isTrue();
            fixture.advanceMillis(1_001);
            assertThat(socket.isAuthenticated()).isFalse();
        }
    }

    @Test
    @Checklist("SC 95")
    void compatibleModeExpiresTokenOnNextMessage() {
        try (var fixture = ManualFixture.listening(
                options -> options.compatibility(Compatibility.SOCKETCLUSTER_20).pingTimeoutDisabled(true))) {
            var seen = new java.util.ArrayList<String>();
            fixture.server.middleware(Action.Transmit.class, Middleware.of(action -> {
                seen.add(action.authTokenExpiredError()
                        .map(error -> error.message() + " " + error.fields().get("expiry"))
                        .orElse("-"));
                return Decision.allow();
            }));
            RawPeer peer = withToken(fixture, Duration.ofSeconds(20));
            RealtimeSocket socket = fixture.server.connections().iterator().next();
            var received = new java.util.ArrayList<Object>();
            socket.onReceiver("a", Integer.class, received::add);
            fixture.advanceMillis(25_000);
            assertThat(socket.isAuthenticated()).isTrue();
            peer.send("{'event':'a','data':1}").send("{'event':'a','data':2}");
            assertThat(peer.next()).isEqualTo("{'event':'#removeAuthToken'}");
            assertThat(received).containsExactly(1, 2);
            assertThat(seen)
                    .isEqualTo(List.of(
                            "The socket auth token has expired "
                                    + ManualFixture.BEGIN.plusSeconds(20).getEpochSecond(),
                            "-"));
            RawPeer other = withToken(fixture, Duration.ofSeconds(30));
            fixture.advanceMillis(6_000);
            other.send("");
            assertThat(other.next()).isEqualTo("{'event':'#removeAuthToken'}");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closeTimeoutAbortsOpenConnections(boolean shareWeb) {
        try (var fixture = ManualFixture.listening(options -> options.linger(Duration.ofMinutes(1)), shareWeb)) {
            fixture.join().link().reading(false);
            var closed = fixture.server.closeGracefully(Duration.ofSeconds(2));
            fixture.advanceMillis(1999);
            assertThat(closed).isNotDone();
            fixture.advanceMillis(1);
            fixture.runUntilDone(closed);
            assertThat(fixture.server.connectionCount()).isZero();
        }
    }
}
