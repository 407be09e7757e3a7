package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Payload;
import io.heliograph.server.Drain;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.TestHub.TestPeer;
import io.heliograph.server.stats.EndCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HubDrainTest {

    private final TestHub hub = TestHub.withDefaults();
    private final List<String> steps = new ArrayList<>();

    @AfterEach
    void close() {
        hub.close();
    }

    private HubDrain drain(Drain plan) {
        HubDrain drain = new HubDrain(
                hub.core,
                hub.loop,
                plan,
                () -> {
                    steps.add("stop listening");
                    return CompletableFuture.completedFuture(null);
                },
                () -> steps.add("close"),
                RandomGenerator.of("L64X128MixRandom"));
        hub.run(() -> hub.core.drain(drain));
        return drain;
    }

    private static Drain rolling(Duration time) {
        return Drain.of(Drain.Mode.ROLLING).withTime(time);
    }

    private void advance(long millis) {
        hub.loop.advance(Duration.ofMillis(millis));
        hub.loop.runReady();
    }

    private void end(TestPeer peer) {
        hub.run(() -> peer.connection.closed(EndCause.CLIENT, "closed"));
    }

    private TestPeer connect(String protocol) {
        return hub.connect(protocol, "tcp://127.0.0.1:0", Principal.anonymous());
    }

    private static List<TestPeer> ended(List<TestPeer> peers) {
        return peers.stream()
                .filter(peer -> peer.events.stream().anyMatch(event -> event.startsWith("end")))
                .toList();
    }

    @Test
    void readinessEndsBeforeListening() {
        hub.core.ready(true);
        drain(Drain.of(Drain.Mode.RESTART).withDelay(Duration.ofSeconds(3)));
        assertThat(hub.core.isReady()).isFalse();
        advance(2999);
        assertThat(steps).isEmpty();
        advance(1);
        assertThat(steps).containsExactly("stop listening", "close");
    }

    @Test
    void rollingDrainSpreadsConnectionsEvenly() {
        List<TestPeer> peers =
                IntStream.range(0, 10).mapToObj(i -> hub.connect()).toList();
        drain(rolling(Duration.ofSeconds(10)));
        for (int second = 0; second < 10; second++) {
            assertThat(ended(peers)).hasSize(second + 1);
            advance(1000);
        }
        assertThat(ended(peers)).allMatch(peer -> peer.events.contains("end PT0S"));
        assertThat(steps).containsExactly("stop listening");
        peers.forEach(this::end);
        assertThat(steps).containsExactly("stop listening", "close");
    }

    @Test
    void restartClosesRpcConnectionsLast() {
        TestPeer rpc = connect("rpc");
        TestPeer other = hub.connect();
        drain(Drain.of(Drain.Mode.RESTART));
        assertThat(ended(List.of(rpc, other))).containsExactly(other);
        end(other);
        assertThat(ended(List.of(rpc, other))).containsExactly(rpc, other);
        end(rpc);
        assertThat(steps).containsExactly("stop listening", "close");
    }

    @Test
    void runningCallIsAnsweredBeforeTheClose() {
        CompletableFuture<String> result = new CompletableFuture<>();
        hub.core.procedures().register("slow", Payload.class, (none, call) -> result);
        TestPeer peer = hub.connect();
        call(peer, "slow");
        drain(Drain.of(Drain.Mode.RESTART));
        advance(4999);
        assertThat(peer.events).containsExactly("admitted");
        result.complete("done");
        hub.loop.runReady();
        assertThat(peer.events).containsExactly("admitted", "done", endOf(peer));
    }

    private void call(TestPeer peer, String procedure) {
        hub.run(() -> peer.connection.call(
                procedure,
                Payload.absent(hub.core.codec()),
                (value, failure) -> peer.events.add(failure == null ? String.valueOf(value) : failure.errorName())));
    }

    private static String endOf(TestPeer peer) {
        return peer.events.stream()
                .filter(event -> event.startsWith("end"))
                .findFirst()
                .orElse("");
    }

    @Test
    void callBeyondTheGraceFails() {
        hub.core.procedures().register("slow", Payload.class, (none, call) -> new CompletableFuture<>());
        TestPeer peer = hub.connect();
        call(peer, "slow");
        drain(Drain.of(Drain.Mode.RESTART));
        advance(5000);
        assertThat(peer.events).containsExactly("admitted", "ServerClosingError", endOf(peer));
    }

    @Test
    void callOfADrainingConnectionIsRefused() {
        hub.core.procedures().register("slow", Payload.class, (none, call) -> new CompletableFuture<>());
        TestPeer peer = hub.connect();
        call(peer, "slow");
        drain(Drain.of(Drain.Mode.RESTART));
        call(peer, "slow");
        assertThat(peer.events).containsExactly("admitted", "ServerClosingError");
    }

    @Test
    void callOfAConnectionThatWaitsRuns() {
        hub.core.procedures().register("echo", String.class, (text, call) -> "answer");
        List<TestPeer> peers = List.of(hub.connect(), hub.connect());
        drain(rolling(Duration.ofSeconds(10)));
        TestPeer waiting =
                peers.stream().filter(peer -> endOf(peer).isEmpty()).findFirst().orElseThrow();
        call(waiting, "echo");
        assertThat(waiting.events).contains("answer");
    }

    @Test
    void clientThatDoesNotCloseIsAborted() {
        TestPeer stalled = hub.connect();
        HubDrain drain = drain(Drain.of(Drain.Mode.RESTART));
        TestPeer other = hub.connect();
        end(other);
        advance(9999);
        assertThat(steps).doesNotContain("close");
        advance(1);
        assertThat(steps).contains("close");
        assertThat(drain.result()).isEqualTo(new Drain.Result(2, 1));
        assertThat(ended(List.of(stalled))).hasSize(1);
    }

    @Test
    void lateConnectionIsClosedWithinTheWindow() {
        hub.connect();
        drain(rolling(Duration.ofSeconds(10)));
        TestPeer late = hub.connect();
        assertThat(endOf(late)).isEmpty();
        advance(10_000);
        assertThat(endOf(late)).isEqualTo("end PT0S");
    }

    @Test
    void connectionThatLeavesIsNotClosed() {
        List<TestPeer> peers = List.of(hub.connect(), hub.connect());
        HubDrain drain = drain(rolling(Duration.ofSeconds(10)));
        peers.forEach(this::end);
        advance(10_000);
        assertThat(ended(peers)).hasSize(1);
        assertThat(drain.result()).isEqualTo(new Drain.Result(1, 0));
        assertThat(steps).containsExactly("stop listening", "close");
    }
}
