package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingBudget;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Limits in bytes of received work that is not finished, per connection and for all unauthenticated connections. */
class ServerPendingTest {

    private static final String BUSY =
            "{'rid':%d,'error':{'message':'Too many requests are pending','name':'ServerBusyError'}}";

    private final List<CompletableFuture<Object>> results = new ArrayList<>();
    private final List<Request<Payload>> requests = new ArrayList<>();

    private CompletableFuture<Object> pending() {
        CompletableFuture<Object> result = new CompletableFuture<>();
        results.add(result);
        return result;
    }

    private ManualFixture serving(Consumer<RealtimeServer.Builder> options) {
        ManualFixture fixture = ManualFixture.listening(options);
        fixture.server.onConnection(socket -> {
            socket.onProcedure("f", Payload.class, data -> pending());
            socket.onProcedure("keep", Payload.class, (data, request) -> requests.add(request));
            socket.onProcedure("forget", Payload.class, (data, request) -> {});
        });
        return fixture;
    }

    private static String request(String procedure, int cid, int bytes) {
        return "{'event':'" + procedure + "','data':'" + "x".repeat(bytes) + "','cid':" + cid + "}";
    }

    private static PendingBudget budget(ManualFixture fixture) {
        return ((DefaultRealtimeServer) fixture.server).budget;
    }

    private static RealtimeSocket socket(ManualFixture fixture) {
        return fixture.server.connections().iterator().next();
    }

    // ---- one connection

    @Test
    void bytesOfUnansweredRequestsPauseReading() {
        try (var fixture = serving(options -> options.maxMessageBytes(10_000))) {
            RawPeer peer = fixture.join();
            for (int i = 0; i < 150; i++) {
                peer.send(request("f", 100 + i, 9_000));
            }
            assertThat(results).hasSize(3);
            for (int i = 0; i < 150; i++) {
                results.get(i).complete(i);
                fixture.clock.runReady();
                assertThat(results.size() - i).isLessThanOrEqualTo(4);
            }
            assertThat(peer.next(150)).last().isEqualTo("{'rid':249,'data':149}");
        }
    }

    @Test
    void numberOfUnansweredRequestsPausesReading() {
        try (var fixture = serving(options -> options.maxPendingRequests(4))) {
            RawPeer peer = fixture.join();
            for (int i = 0; i < 20; i++) {
                peer.send(request("keep", 100 + i, 1));
            }
            assertThat(requests).hasSize(4);
            requests.getFirst().end();
            fixture.clock.runReady();
            assertThat(requests).hasSize(4);
            requests.get(1).fail("Error", "no");
            fixture.clock.runReady();
            assertThat(requests).hasSize(6);
            peer.next(2);
        }
    }

    @Test
    void requestsWithoutProcedureDoNotCount() {
        try (var fixture = serving(options -> options.maxPendingRequests(4))) {
            RawPeer peer = fixture.join();
            for (int i = 0; i < 20; i++) {
                peer.send(request("nothing", 100 + i, 2000));
            }
            peer.expectSilence();
            assertThat(budget(fixture).usedBytes()).isZero();
        }
    }

    @Test
    void forgottenLargeRequestIsReleasedWhenCollected() {
        try (var fixture = serving(options -> options.maxMessageBytes(10_000))) {
            RawPeer peer = fixture.join();
            for (int i = 0; i < 20; i++) {
                peer.send(request("forget", 100 + i, 9_000));
            }
            peer.send(request("keep", 2, 1));
            await().until(() -> {
                System.gc();
                fixture.clock.runReady();
                return requests.size() == 1;
            });
        }
    }

    @Test
    void bytesOfStreamPauseReading() {
        try (var fixture = ServerFixture.listening(
                options -> options.maxMessageBytes(10_000).maxBytesPerSecond(Integer.MAX_VALUE, Integer.MAX_VALUE))) {
            var joined = fixture.joined();
            try (EventStream<Payload> stream = joined.socket().receiver("a")) {
                for (int i = 0; i < 100; i++) {
                    joined.peer().send("{'event':'a','data':'" + "x".repeat(9_000) + "'}");
                }
                await().until(() -> ((DefaultRealtimeSocket) joined.socket()).pending.isReadingPaused());
                assertThat(joined.socket().receivers().backpressure("a")).isLessThan(10);
                for (int i = 0; i < 100; i++) {
                    assertThat(stream.next(RawPeer.deadline()).size()).isEqualTo(9_002);
                }
            }
        }
    }

    @Test
    void bytesBeforeRawMiddlewarePauseReading() {
        try (var fixture = serving(options -> options.maxMessageBytes(200_000))) {
            RawPeer peer = fixture.join();
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            fixture.server.middleware(Action.Message.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            for (int i = 0; i < 20; i++) {
                peer.send(request("f", 100 + i, 190_000));
            }
            assertThat(socket(fixture).inboundBackpressure()).isEqualTo(4);
            for (int i = 0; i < 20; i++) {
                decisions.get(i).complete(Decision.block());
                fixture.clock.runReady();
                assertThat(socket(fixture).inboundBackpressure()).isLessThanOrEqualTo(4);
            }
            assertThat(decisions).hasSize(20);
            assertThat(budget(fixture).usedBytes()).isZero();
        }
    }

    @Test
    void bytesBehindMiddlewarePauseReading() {
        try (var fixture = serving(options -> options.maxMessageBytes(200_000))) {
            RawPeer peer = fixture.connect().handshake(AuthFixture.BOB);
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            fixture.server.middleware(Action.Invoke.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            for (int i = 0; i < 20; i++) {
                peer.send(request("f", 100 + i, 190_000));
            }
            assertThat(socket(fixture).inboundBackpressure()).isEqualTo(3);
            for (int i = 0; i < 20; i++) {
                decisions.get(i).complete(Decision.block());
                fixture.clock.runReady();
                assertThat(socket(fixture).inboundBackpressure()).isLessThanOrEqualTo(3);
            }
            assertThat(peer.next(20)).hasSize(20);
        }
    }

    @Test
    void undecidedPublicationsAreLimitedInBytes() {
        try (var fixture = ManualFixture.listening(options -> options.maxQueuedBytes(10_000))) {
            RawPeer peer = fixture.join().subscribe("news");
            fixture.server.middleware(Action.PublishOut.class, action -> new CompletableFuture<>());
            for (int i = 0; i < 12; i++) {
                var unused = fixture.server.exchange().publish("news", "x".repeat(900));
                fixture.clock.runReady();
            }
            assertThat(peer.isOpen()).isTrue();
            var unused = fixture.server.exchange().publish("news", "x".repeat(900));
            fixture.clock.runReady();
            assertThat(peer.isOpen()).isFalse();
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 1L);
        }
    }

    @Test
    void decidedPublicationsDoNotCount() {
        try (var fixture = ManualFixture.listening(options -> options.maxQueuedBytes(10_000))) {
            RawPeer peer = fixture.join().subscribe("news");
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            fixture.server.middleware(Action.PublishOut.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            for (int i = 0; i < 50; i++) {
                var unused = fixture.server.exchange().publish("news", "x".repeat(900));
                var unused2 = fixture.server.exchange().publish("news", "x".repeat(900));
                fixture.clock.runReady();
                for (int n = 0; n < 2; n++) {
                    decisions.getLast().complete(Decision.allow());
                    fixture.clock.runReady();
                }
            }
            assertThat(peer.next(100)).hasSize(100);
            assertThat(peer.isOpen()).isTrue();
        }
    }

    // ---- all unauthenticated connections

    @Test
    void requestsOfUnauthenticatedClientsShareBudget() {
        try (var fixture = serving(options -> options.maxUnauthenticatedBytes(100_000))) {
            List<RawPeer> peers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawPeer peer = fixture.join();
                peers.add(peer);
                for (int n = 0; n < 5; n++) {
                    peer.send(request("f", 100 + n, 5_000));
                }
            }
            assertThat(budget(fixture).usedBytes()).isBetween(50_000L, 100_000L);
            assertThat(results).hasSizeBetween(10, 20);
            assertThat(peers.getLast().next()).isEqualTo(BUSY.formatted(100));
            assertThat(fixture.server.stats().drops().get(DropReason.PENDING_BUDGET))
                    .isEqualTo(100L - results.size());
            results.forEach(result -> result.complete(1));
            fixture.clock.runReady();
            assertThat(budget(fixture).usedBytes()).isZero();
        }
    }

    @Test
    void requestsOfAuthenticatedClientsDoNotCount() {
        try (var fixture = serving(options -> options.maxUnauthenticatedBytes(10_000))) {
            RawPeer peer = fixture.connect().handshake(AuthFixture.BOB);
            peer.send(request("f", 2, 9_000)).send(request("f", 3, 9_000));
            assertThat(results).hasSize(2);
            assertThat(budget(fixture).usedBytes()).isZero();
            socket(fixture).deauthenticateSelf();
            fixture.clock.runReady();
            assertThat(budget(fixture).usedBytes()).isBetween(18_000L, 18_100L);
            RawPeer other = fixture.join();
            assertThat(other.ask(request("f", 4, 2_000))).isEqualTo(BUSY.formatted(4));
            peer.send("{'event':'#authenticate','data':'" + AuthFixture.BOB + "','cid':7}");
            assertThat(budget(fixture).usedBytes()).isZero();
            other.send(request("f", 5, 100));
            assertThat(results).hasSize(3);
        }
    }

    @Test
    void smallRequestsCountBeyondAllowance() {
        try (var fixture = serving(options -> options.maxUnauthenticatedBytes(40_000))) {
            RawPeer peer = fixture.join();
            for (int i = 0; i < 50; i++) {
                peer.send(request("f", 100 + i, 998));
            }
            assertThat(results).hasSize(24); // 16,384 bytes, and a fifth of the budget
            assertThat(peer.next(26)).first().isEqualTo(BUSY.formatted(124));
            results.forEach(result -> result.complete(1));
            fixture.clock.runReady();
            assertThat(budget(fixture).usedBytes()).isZero();
            assertThat(peer.next(24)).last().isEqualTo("{'rid':123,'data':1}");
        }
    }

    @Test
    void largeRequestsOfClosedConnectionCountUntilAnswered() {
        try (var fixture = serving(options -> {})) {
            RawPeer peer = fixture.join();
            peer.send(request("f", 2, 9_000));
            for (int i = 0; i < 30; i++) {
                peer.send(request("f", 100 + i, 998));
            }
            assertThat(budget(fixture).usedBytes()).isEqualTo(9_002 + 30_000 - 16_384);
            peer.close(1000, "");
            fixture.clock.runReady();
            assertThat(budget(fixture).usedBytes()).isEqualTo(9_002);
            results.forEach(result -> result.complete(1));
            fixture.clock.runReady();
            assertThat(budget(fixture).usedBytes()).isZero();
        }
    }

    @Test
    void queuedMessagesBeyondBudgetCloseConnection() {
        try (var fixture = serving(options -> options.maxUnauthenticatedBytes(100_000))) {
            fixture.server.middleware(Action.Invoke.class, action -> new CompletableFuture<>());
            RawPeer peer = fixture.join();
            for (int i = 0; i < 6; i++) {
                peer.send(request("f", 100 + i, 4_000));
            }
            assertThat(peer.isOpen()).isTrue();
            assertThat(budget(fixture).usedBytes()).isBetween(20_000L, 25_000L);
            peer.send(request("f", 106, 4_000));
            assertThat(peer.endCode()).isEqualTo(1013);
            assertThat(peer.endText()).isEqualTo("Too many bytes are pending");
            assertThat(budget(fixture).usedBytes()).isZero();
        }
    }

    @Test
    void eventsForBlockedListenersBeyondBudgetCloseConnection() {
        try (var fixture = ServerFixture.listening(options -> options.maxUnauthenticatedBytes(100_000))) {
            CompletableFuture<Void> go = new CompletableFuture<>();
            fixture.server.onConnection(socket -> socket.onReceiver("a", Payload.class, data -> go.join()));
            RawPeer peer = fixture.joined().peer();
            for (int i = 0; i < 7; i++) {
                peer.send("{'event':'a','data':'" + "x".repeat(4_000) + "'}");
            }
            assertThat(peer.endCode()).isEqualTo(1013);
            go.complete(null);
            PendingBudget budget = ((DefaultRealtimeServer) fixture.server).budget;
            await().until(() -> budget.usedBytes() == 0);
        }
    }

    @Test
    void releasedQueueAdmitsFurtherMessages() {
        try (var fixture = serving(options -> options.maxUnauthenticatedBytes(100_000))) {
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            fixture.server.middleware(Action.Transmit.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            RawPeer peer = fixture.join();
            for (int i = 0; i < 50; i++) {
                peer.send("{'event':'a','data':'" + "x".repeat(4_000) + "'}");
                peer.send("{'event':'a','data':'" + "x".repeat(4_000) + "'}");
                for (int n = 0; n < 2; n++) {
                    decisions.getLast().complete(Decision.block());
                    fixture.clock.runReady();
                }
            }
            assertThat(decisions).hasSize(100);
            assertThat(peer.isOpen()).isTrue();
            assertThat(budget(fixture).usedBytes()).isZero();
        }
    }
}
