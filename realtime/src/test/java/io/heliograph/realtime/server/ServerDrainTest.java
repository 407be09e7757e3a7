package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.realtime.Action;
import io.heliograph.realtime.Compatibility;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.RealtimeSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Graceful close: requests in flight are answered before the connections close. */
class ServerDrainTest {

    private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);

    private final Queue<CompletableFuture<Integer>> results = new ConcurrentLinkedQueue<>();

    private CompletableFuture<Integer> pending() {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        results.add(result);
        return result;
    }

    private ManualFixture serving() {
        ManualFixture fixture = ManualFixture.listening();
        fixture.server.onConnection(socket -> socket.onProcedure("f", Integer.class, n -> pending()));
        return fixture;
    }

    @Test
    void allRequestsInFlightAreAnswered() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(socket -> socket.onProcedure("f", Integer.class, n -> pending()));
            List<RawPeer> peers = List.of(fixture.join(), fixture.join());
            for (int i = 0; i < 25; i++) {
                for (RawPeer peer : peers) {
                    peer.send("{'event':'f','cid':" + (100 + i) + "}");
                }
            }
            await().until(() -> results.size() == 50);
            var closed = fixture.server.closeGracefully(FIVE_SECONDS);
            results.forEach(result -> result.complete(7));
            for (RawPeer peer : peers) {
                assertThat(peer.next(25))
                        .hasSize(25)
                        .allSatisfy(answer -> assertThat(answer).endsWith(",'data':7}"));
                assertThat(peer.endCode()).isEqualTo(1001);
            }
            assertThat(closed).succeedsWithin(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void requestsQueuedBehindListenerAreAnswered() {
        try (var fixture = ServerFixture.listening()) {
            CompletableFuture<Void> started = new CompletableFuture<>();
            CompletableFuture<Void> go = new CompletableFuture<>();
            fixture.server.onConnection(socket -> socket.onProcedure("f", Integer.class, (n, request) -> {
                started.complete(null);
                go.join();
                request.end(n);
            }));
            RawPeer peer = fixture.joined().peer();
            for (int i = 0; i < 10; i++) {
                peer.send("{'event':'f','data':" + i + ",'cid':" + (100 + i) + "}");
            }
            started.orTimeout(10, TimeUnit.SECONDS).join();
            var socket = fixture.server.connections().iterator().next();
            await().until(() -> socket.procedures().backpressure("f") == 9);
            fixture.server.closeGracefully(FIVE_SECONDS);
            go.complete(null);
            assertThat(peer.next(10)).last().isEqualTo("{'rid':109,'data':9}");
            assertThat(peer.endCode()).isEqualTo(1001);
        }
    }

    @Test
    void requestsAfterBeginOfCloseAreIgnored() {
        try (var fixture = serving()) {
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.clock.runReady();
            peer.send("{'event':'f','cid':3}").send("[{'event':'f','cid':4},{'event':'f','cid':5}]");
            peer.send("{'event':'#subscribe','data':{'channel':'a'},'cid':6}")
                    .send("")
                    .send("raw");
            assertThat(results).hasSize(1);
            results.remove().complete(1);
            fixture.clock.runReady();
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':1}");
            assertThat(peer.endCode()).isEqualTo(1001);
            assertThat(peer.poll()).isNull();
        }
    }

    @Test
    void unansweredRequestsAreNotAwaitedBeyondTimeout() {
        try (var fixture = serving()) {
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            var closed = fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.advanceMillis(3_999);
            assertThat(peer.isOpen()).isTrue();
            fixture.advanceMillis(1_001);
            assertThat(peer.endCode()).isEqualTo(1001);
            fixture.runUntilDone(closed);
        }
    }

    @Test
    void requestWithoutProcedureIsNotAwaited() {
        try (var fixture = serving()) {
            RawPeer peer = fixture.join().send("{'event':'nothing','cid':2}");
            fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.clock.runReady();
            assertThat(peer.endCode()).isEqualTo(1001);
        }
    }

    @Test
    void closeDoesNotAwaitRequests() {
        try (var fixture = serving()) {
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            fixture.server.close();
            fixture.clock.runReady();
            assertThat(peer.endCode()).isEqualTo(1001);
        }
    }

    @Test
    void requestsHeldByMiddlewareAreAnswered() {
        try (var fixture = serving()) {
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            fixture.server.middleware(Action.Invoke.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            RawPeer peer = fixture.join()
                    .send("[{'event':'f','cid':2},{'event':'f','cid':3}]")
                    .send("{'event':'f','cid':4}");
            fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.clock.runReady();
            for (int i = 0; i < 3; i++) {
                assertThat(peer.isOpen()).isTrue();
                decisions.get(i).complete(Decision.allow());
                fixture.clock.runReady();
                results.remove().complete(i);
                fixture.clock.runReady();
            }
            assertThat(peer.next(3)).containsExactly("{'rid':2,'data':0}", "{'rid':3,'data':1}", "{'rid':4,'data':2}");
            assertThat(peer.endCode()).isEqualTo(1001);
        }
    }

    @Test
    void messagesHeldByRawMiddlewareAreAnswered() {
        try (var fixture = serving()) {
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            RawPeer peer = fixture.join();
            fixture.server.middleware(Action.Message.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            peer.send("{'event':'f','cid':2}").send("{'event':'f','cid':3}");
            fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.clock.runReady();
            decisions.get(0).complete(Decision.allow());
            fixture.clock.runReady();
            decisions.get(1).complete(Decision.block());
            fixture.clock.runReady();
            assertThat(peer.isOpen()).isTrue();
            results.remove().complete(7);
            fixture.clock.runReady();
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':7}");
            assertThat(peer.endCode()).isEqualTo(1001);
        }
    }

    @Test
    void procedureMayCallClientDuringClose() {
        try (var fixture = ManualFixture.listening()) {
            fixture.server.onConnection(socket -> socket.onProcedure("f", Integer.class, n -> confirmed(socket)));
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            assertThat(peer.next()).isEqualTo("{'event':'confirm','cid':1}");
            fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.clock.runReady();
            peer.send("[{'rid':1,'data':8},{'event':'f','cid':3}]");
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':8}");
            assertThat(peer.endCode()).isEqualTo(1001);
        }
    }

    private static CompletableFuture<Object> confirmed(RealtimeSocket socket) {
        return socket.invoke("confirm").thenApply(answer -> answer.value());
    }

    @Test
    void collectedAnswersAreSentBeforeClose() {
        try (var fixture = serving()) {
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            fixture.server.connections().iterator().next().startBatching();
            fixture.server.closeGracefully(FIVE_SECONDS);
            results.remove().complete(7);
            fixture.clock.runReady();
            assertThat(peer.next()).isEqualTo("[{'rid':2,'data':7}]");
            assertThat(peer.endCode()).isEqualTo(1001);
        }
    }

    @Test
    void collectedEventsAreSentBeforeDisconnect() {
        try (var fixture = serving()) {
            RawPeer peer = fixture.join();
            RealtimeSocket socket = fixture.server.connections().iterator().next();
            socket.startBatch();
            socket.transmit("a", 1);
            socket.disconnect(4242);
            fixture.clock.runReady();
            assertThat(peer.next()).isEqualTo("[{'event':'a','data':1}]");
            assertThat(peer.endCode()).isEqualTo(4242);
        }
    }

    @Test
    void clientThatLeavesIsNotAwaited() {
        try (var fixture = serving()) {
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            var closed = fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.clock.runReady();
            peer.close(1000, "");
            fixture.runUntilDone(closed);
            results.remove().complete(1);
        }
    }

    @Test
    void newConnectionIsRefusedDuringClose() {
        try (var fixture = serving()) {
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.clock.runReady();
            assertThat(fixture.connect().end().toString()).contains("503");
            assertThat(peer.isOpen()).isTrue();
        }
    }

    @Test
    void compatibleServerAnswersAndSendsCloseFrame() {
        try (var fixture = ManualFixture.listening(options -> options.compatibility(Compatibility.SOCKETCLUSTER_20))) {
            fixture.server.onConnection(socket -> socket.onProcedure("f", Integer.class, n -> pending()));
            RawPeer peer = fixture.join().send("{'event':'f','cid':2}");
            fixture.server.closeGracefully(FIVE_SECONDS);
            fixture.clock.runReady();
            results.remove().complete(7);
            fixture.clock.runReady();
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':7}");
            assertThat(peer.endCode()).isEqualTo(1001);
        }
    }
}
