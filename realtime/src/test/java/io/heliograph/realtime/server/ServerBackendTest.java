package io.heliograph.realtime.server;

import static io.heliograph.realtime.server.RawPeer.publication;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.spi.RealtimeBackend;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerBackendTest {

    private static final String NOT_ALLOWED = "'error':{'message':'no','name':'NotAllowedError','code':7}}";

    private final RecordingBackend backend = new RecordingBackend();

    @Test
    void connectionIsReportedToBackend() {
        try (var fixture = ServerFixture.listening(backend)) {
            RawPeer peer = fixture.join().subscribe("a");
            assertThat(peer.ask("{'event':'#unsubscribe','data':'a','cid':3}")).isEqualTo("{'rid':3}");
            peer.subscribe("b").close(4500, "");
            await().untilAsserted(() -> assertThat(backend.events)
                    .containsExactly(
                            "admit",
                            "subscribe a",
                            "subscribed a",
                            "unsubscribed a",
                            "subscribe b",
                            "subscribed b",
                            "closed 4500",
                            "unsubscribed b"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "subscribe a | {'event':'#subscribe','data':{'channel':'a'},'cid':2}",
                "publish a   | {'event':'#publish','data':{'channel':'a','data':1},'cid':2}"
            })
    void deniedActionFailsBeforeMiddleware(String action, String packet) {
        try (var fixture = ServerFixture.listening(backend.deny(action))) {
            fixture.server.middleware(Action.Subscribe.class, asked -> failed());
            fixture.server.middleware(Action.PublishIn.class, asked -> failed());
            RawPeer peer = fixture.join();
            assertThat(peer.ask(packet)).isEqualTo("{'rid':2," + NOT_ALLOWED);
            assertThat(fixture.server.exchange().channels()).isEmpty();
            assertThat(fixture.server.exchange().stats().published()).isZero();
        }
    }

    private static CompletableFuture<Decision> failed() {
        throw new AssertionError("middleware was asked");
    }

    @Test
    void deferredDecisionHoldsLaterPackets() {
        CompletableFuture<Void> decision = new CompletableFuture<>();
        try (var fixture = ServerFixture.listening(backend.decide("subscribe a", decision))) {
            RawPeer peer = fixture.join();
            peer.send("{'event':'#subscribe','data':{'channel':'a'},'cid':2}")
                    .send("{'event':'#publish','data':{'channel':'a','data':1},'cid':3}");
            fixture.join().subscribe("b").expectSilence();
            assertThat(backend.events).contains("subscribe a").doesNotContain("publish a");
            decision.complete(null);
            assertThat(peer.next(3)).containsExactly("{'rid':2}", publication("a", 1), "{'rid':3}");
        }
    }

    @Test
    void deferredDenialFailsRequest() {
        CompletableFuture<Void> decision = new CompletableFuture<>();
        try (var fixture = ServerFixture.listening(backend.decide("publish a", decision))) {
            RawPeer peer = fixture.join().send("{'event':'#publish','data':{'channel':'a','data':1},'cid':3}");
            decision.completeExceptionally(RecordingBackend.denied());
            assertThat(peer.next()).isEqualTo("{'rid':3," + NOT_ALLOWED);
        }
    }

    @Test
    void backendRenamesChannels() {
        try (var fixture = ServerFixture.listening(backend)) {
            var joined = fixture.joined();
            RawPeer peer = joined.peer().subscribe("a");
            fixture.server.exchange().publish("hub/a", 1).join();
            assertThat(peer.next()).isEqualTo(publication("a", 1));
            assertThat(fixture.server.exchange().channels()).containsExactly("hub/a");
            assertThat(joined.socket().subscriptions()).containsExactly("a");
            joined.socket().kickOut("a", "out").join();
            assertThat(peer.next()).isEqualTo("{'event':'#kickOut','data':{'channel':'a','message':'out'}}");
            assertThat(fixture.server.exchange().channels()).isEmpty();
        }
    }

    @Test
    void publicationCarriesIdOfSession() throws Exception {
        try (var fixture = ServerFixture.listening(backend)) {
            List<String> publishers = new CopyOnWriteArrayList<>();
            Subscriber subscriber =
                    (Publication publication) -> publishers.add(String.valueOf(publication.publisher()));
            RawPeer peer = fixture.join();
            fixture.server
                    .exchange()
                    .subscribe("hub/a", backend.peers.getFirst().loop(), subscriber)
                    .join();
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'a','data':1},'cid':3}"))
                    .isEqualTo("{'rid':3}");
            fixture.server.exchange().publish("hub/a", 1).join();
            await().untilAsserted(() -> assertThat(publishers).containsExactly("c1", "null"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'channel':'a'}", "{'channel':'a','since':''}"})
    void withoutEchoPublisherReceivesNothing(String subscription) {
        backend.echo = false;
        try (var fixture = ServerFixture.listening(backend)) {
            RawPeer other = fixture.join().subscribe("a");
            RawPeer peer = fixture.join();
            peer.ask("{'event':'#subscribe','data':" + subscription + ",'cid':2}");
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'a','data':1},'cid':3}"))
                    .isEqualTo("{'rid':3}");
            peer.expectSilence();
            assertThat(other.next()).isEqualTo(publication("a", 1));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "echo        | 'data':[1]}",
                "twice       | 'data':1}",
                "fail        | 'error':{'message':'no','name':'NotAllowedError','code':7}}",
                "crash       | 'error':{'message':'The request could not be handled','name':'Error'}}",
                "unencodable | 'error':{'message':'The request could not be handled','name':'Error'}}"
            })
    void callIsAnsweredByBackend(String procedure, String answer) {
        try (var fixture = ServerFixture.listening(backend)) {
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'" + procedure + "','data':[1],'cid':5}"))
                    .isEqualTo("{'rid':5," + answer);
            peer.expectSilence();
            assertThat(backend.events).contains("call " + procedure + " [1]");
        }
    }

    @Test
    void eventIsCallWithoutReply() {
        try (var fixture = ServerFixture.listening(backend)) {
            fixture.join().send("{'event':'e','data':[1]}").expectSilence();
            assertThat(backend.events).contains("event e [1]");
        }
    }

    @Test
    void callHoldsLaterPacketsUntilItProceeds() {
        CompletableFuture<Void> proceed = new CompletableFuture<>();
        try (var fixture = ServerFixture.listening(backend.decide("echo", proceed))) {
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'echo','data':1,'cid':2}")).isEqualTo("{'rid':2,'data':1}");
            peer.send("{'event':'twice','cid':3}");
            fixture.join().expectSilence();
            assertThat(peer.poll()).isNull();
            proceed.complete(null);
            assertThat(peer.next()).isEqualTo("{'rid':3,'data':1}");
        }
    }

    @Test
    void listenersOfSocketPrecedeBackend() {
        try (var fixture = ServerFixture.listening(backend)) {
            fixture.server.onConnection(socket -> {
                socket.onProcedure("echo", Object.class, data -> "socket");
                socket.onReceiver("e", Object.class, data -> socket.transmit("received"));
            });
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'echo','data':1,'cid':2}")).isEqualTo("{'rid':2,'data':'socket'}");
            assertThat(peer.ask("{'event':'twice','data':1,'cid':3}")).isEqualTo("{'rid':3,'data':1}");
            assertThat(peer.ask("{'event':'e'}")).isEqualTo("{'event':'received'}");
            peer.send("{'event':'f'}");
            await().untilAsserted(() -> assertThat(backend.events).contains("event f "));
            assertThat(backend.events).doesNotContain("event e ");
        }
    }

    @Test
    void unansweredRequestsAreCounted() {
        try (var fixture = ServerFixture.listening(backend)) {
            RawPeer peer = fixture.join();
            assertThat(backend.peers.getFirst().unansweredRequests()).isZero();
            peer.send("{'event':'never','cid':2}")
                    .send("{'event':'never','cid':3}")
                    .expectSilence();
            assertThat(backend.peers.getFirst().unansweredRequests()).isEqualTo(2);
        }
    }

    // ---- identity

    @Test
    void deniedConnectionFailsHandshake() {
        try (var fixture = ServerFixture.listening(backend.deny("admit"))) {
            RawPeer peer = fixture.connect();
            assertThat(peer.ask(RawPeer.HANDSHAKE))
                    .isEqualTo(
                            "{'rid':1,'error':{'message':'no','name':'NotAllowedError','code':7,'statusCode':4008}}");
            assertThat(peer.endCode()).isEqualTo(4008);
        }
    }

    @Test
    void tokenIsReportedBeforeConnectionIsAdmitted() {
        try (var fixture = ServerFixture.listening(backend)) {
            fixture.connect().handshake(ServerFixture.token(Map.of("sub", "ada")));
            assertThat(backend.events).containsExactly("authenticate ada", "token ada", "admit");
        }
    }

    @Test
    void rejectedTokenIsRemovedFromClient() {
        try (var fixture = ServerFixture.listening(backend.decide(
                "authenticate ada", CompletableFuture.failedFuture(AuthTokenException.invalid("revoked"))))) {
            RawPeer peer = fixture.connect();
            String token = ServerFixture.token(Map.of("sub", "ada"));
            String handshake = peer.ask("{'event':'#handshake','data':{'authToken':'" + token + "'},'cid':1}");
            assertThat(handshake)
                    .contains("'authError':{'message':'revoked','name':'AuthTokenInvalidError','isBadToken':true}")
                    .endsWith("'isAuthenticated':false}}");
            assertThat(peer.next()).isEqualTo("{'event':'#removeAuthToken'}");
            assertThat(backend.events).containsExactly("authenticate ada", "admit");
        }
    }

    @Test
    void everyChangeOfTokenIsReported() {
        try (var fixture = ServerFixture.listening(backend)) {
            var joined = fixture.joined();
            RealtimeSocket socket = joined.socket();
            socket.setAuthToken(Map.of("sub", "ada")).join();
            assertThat(joined.peer().next()).startsWith("{'event':'#setAuthToken'");
            String token = ServerFixture.token(Map.of("sub", "bob"));
            joined.peer().ask("{'event':'#authenticate','data':'" + token + "','cid':2}");
            joined.peer().send("{'event':'#removeAuthToken'}").expectSilence();
            assertThat(backend.events)
                    .containsExactly("admit", "token ada", "authenticate bob", "token bob", "token null");
        }
    }

    @Test
    void reauthorizationKicksOutOfDeniedChannels() throws Exception {
        try (var fixture = ServerFixture.listening(backend)) {
            RawPeer peer = fixture.join().subscribe("a").subscribe("b");
            backend.deny("subscribe a");
            RealtimeBackend.Peer own = backend.peers.getFirst();
            own.loop().execute(own::reauthorize);
            assertThat(peer.next()).isEqualTo("{'event':'#kickOut','data':{'channel':'a','message':'no'}}");
            peer.expectSilence();
            assertThat(own.socket().subscriptions()).containsExactly("b");
        }
    }

    @Test
    void rightsThatEndDuringDecisionAreDecidedAgain() {
        CompletableFuture<Void> decision = new CompletableFuture<>();
        try (var fixture = ServerFixture.listening(backend.decide("subscribe a", decision))) {
            RawPeer peer = fixture.join().send("{'event':'#subscribe','data':{'channel':'a'},'cid':2}");
            await().until(() -> backend.events.contains("subscribe a"));
            RealtimeBackend.Peer own = backend.peers.getFirst();
            own.loop().execute(() -> {
                own.reauthorize();
                backend.deny("subscribe a");
                decision.complete(null);
            });
            assertThat(peer.next(2))
                    .containsExactly("{'rid':2}", "{'event':'#kickOut','data':{'channel':'a','message':'no'}}");
        }
    }

    // ---- failures

    @Test
    void packetBeforeHandshakeClosesConnection() {
        try (var fixture = ServerFixture.listening(backend, options -> options.strictHandshake(false))) {
            assertThat(fixture.connect()
                            .send("{'event':'#publish','data':{'channel':'a'},'cid':2}")
                            .endCode())
                    .isEqualTo(4009);
            assertThat(backend.events).isEmpty();
        }
    }

    @Test
    void failedBackendDeniesAndIsReported() {
        try (var fixture = ServerFixture.listening(backend)) {
            assertThat(fixture.join().ask("{'event':'#subscribe','data':{'channel':'broken'},'cid':2}"))
                    .isEqualTo("{'rid':2,'error':{'message':'The request could not be handled','name':'Error'}}");
            await().untilAsserted(() -> assertThat(fixture.warningNames()).contains("IllegalStateException"));
        }
    }
}
