package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.testkit.RawPeer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of a client that is connecting wait for the connection; the test is the server. */
class RpcClientWaitingTest extends ClientFixture {

    private static final Duration HOUR = Duration.ofHours(1);

    interface Calculator {
        int add(int a, int b);
    }

    private static void answer(RawPeer peer, String result, int id) {
        peer.send("{\"jsonrpc\":\"2.0\",\"result\":" + result + ",\"id\":" + id + "}");
    }

    @Test
    void requestsBeforeConnectionAreSentInOrder() {
        RpcClient client = built(builder());
        CompletableFuture<Void> connecting = client.connect();
        CompletableFuture<Integer> call = client.call("a", List.of(1), Integer.class);
        CompletableFuture<Void> notified = client.notify("b");
        CompletableFuture<?> subscribed = client.subscribe("c");
        RawPeer peer = server.next();
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[1],\"id\":1}");
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"b\"}");
        assertThat(peer.nextText()).contains("\"rpc.on\"");
        value(notified);
        value(connecting);
        answer(peer, "8", 1);
        answer(peer, "{\"c\":\"ok\"}", 2);
        assertThat(value(call)).isEqualTo(8);
        value(subscribed);
    }

    @Test
    void callAfterStaticConnectIsAnswered() {
        try (RpcClient client = RpcClient.connect(server.url())) {
            CompletableFuture<Integer> call = client.call("a", null, Integer.class);
            RawPeer peer = server.next();
            peer.nextText();
            answer(peer, "8", 1);
            assertThat(value(call)).isEqualTo(8);
        }
    }

    @Test
    @Timeout(30)
    void stubWaitsForConnection() throws Exception {
        RpcClient client = built(builder());
        client.connect();
        Thread server = Thread.startVirtualThread(() -> {
            RawPeer peer = this.server.next();
            peer.nextText();
            answer(peer, "3", 1);
        });
        assertThat(client.bind(Calculator.class).add(1, 2)).isEqualTo(3);
        server.join();
    }

    @Test
    void laterRequestsNeverOvertakeWaitingOnes() {
        RpcClient client = built(builder());
        client.connect();
        int calls = 2000;
        for (int i = 1; i <= calls; i++) {
            client.call("a", null);
        }
        RawPeer peer = server.next();
        for (int i = 1; i <= calls; i++) {
            assertThat(peer.nextText()).endsWith("\"id\":" + i + "}");
        }
    }

    @Test
    void waitingCallFailsWithItsAttempt() {
        server.refusing(true);
        RpcClient client = built(builder().reconnectInterval(HOUR));
        client.onError(error -> {});
        CompletableFuture<Void> connecting = client.connect();
        CompletableFuture<Payload> call = client.call("a", null);
        assertThat(failure(call))
                .isInstanceOf(NotConnectedException.class)
                .hasMessageStartingWith("socket not ready: ")
                .hasMessageContaining("503")
                .hasCauseInstanceOf(HeliographException.class);
        assertThat(connecting).isNotDone();
    }

    @Test
    void callBetweenAttemptsWaitsForNext() {
        server.refusing(true);
        RpcClient client = built(builder().reconnectInterval(HOUR));
        client.onError(error -> {});
        CompletableFuture<Void> connecting = client.connect();
        Awaitility.await().until(client::isReconnecting);
        server.refusing(false);
        CompletableFuture<Integer> call = client.call("b", null, Integer.class);
        client.connect();
        RawPeer peer = server.next();
        assertThat(peer.nextText()).contains("\"b\"");
        value(connecting);
        assertThat(call).isNotDone();
    }

    @Test
    void callAfterLastAttemptFailsImmediately() {
        server.refusing(true);
        RpcClient client = built(builder().reconnect(false));
        client.onError(error -> {});
        failure(client.connect());
        assertThat(client.call("a", null)).isCompletedExceptionally();
        assertThat(client.stats().drops()).containsEntry(DropReason.NOT_CONNECTED, 1L);
    }

    @Test
    void waitingCallsAreLimitedInNumber() {
        RpcClient client = built(builder().maxPendingCalls(2).reconnectInterval(HOUR));
        loseConnection(client);
        CompletableFuture<Void> first = client.notify("a");
        CompletableFuture<Payload> second = client.call("b", null);
        assertThat(failure(client.call("c", null)))
                .isInstanceOf(QueueFullException.class)
                .hasMessage("2 requests are waiting for a connection (expected: less than 2)");
        assertThat(first).isNotDone();
        assertThat(second.cancel(false)).isTrue();
        assertThat(client.call("d", null)).isNotDone();
        client.connect();
        RawPeer peer = server.next();
        assertThat(peer.nextText()).contains("\"a\"");
        assertThat(peer.nextText()).contains("\"d\"");
    }

    @Test
    void waitingCallsAreLimitedInBytes() {
        RpcClient client = built(builder().maxQueuedBytes(1000).reconnectInterval(HOUR));
        loseConnection(client);
        CompletableFuture<Payload> first = client.call("a", List.of("x".repeat(900)));
        assertThat(client.stats().queuedBytes()).isBetween(900L, 1000L);
        assertThat(failure(client.call("b", List.of("x".repeat(100)))))
                .isInstanceOf(QueueFullException.class)
                .hasMessage("queue of 1000 bytes is full");
        first.cancel(false);
        assertThat(client.stats().queuedBytes()).isZero();
        assertThat(client.call("c", List.of("x".repeat(900)))).isNotDone();
        assertThat(client.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 1L);
    }

    /** Connects a client, and lets the server close the connection; the next attempt is far away. */
    private void loseConnection(RpcClient client) {
        value(client.connect());
        server.next().end(1001, "");
        Awaitility.await().until(client::isReconnecting);
    }

    @Test
    void callDuringReconnectIsSentOnNextConnection() {
        RpcClient client = built(builder().reconnectInterval(HOUR));
        loseConnection(client);
        CompletableFuture<Integer> call = client.call("a", null, Integer.class);
        client.connect();
        RawPeer peer = server.next();
        peer.nextText();
        answer(peer, "8", 1);
        assertThat(value(call)).isEqualTo(8);
    }

    @Test
    void waitingCallTimesOut() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            RpcClient client = built(RpcClient.builder(URI.create("ws://127.0.0.1:" + silent.getLocalPort()))
                    .callTimeout(Duration.ofMillis(20)));
            client.onError(error -> {});
            client.connect();
            assertThat(failure(client.call("a", null)))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessage("reply timeout");
            assertThat(client.stats().queuedBytes()).isZero();
        }
    }

    @Test
    void disconnectFailsWaitingCalls() {
        RpcClient client = built(builder().reconnectInterval(HOUR));
        loseConnection(client);
        CompletableFuture<Payload> call = client.call("a", null);
        CompletableFuture<Void> notified = client.notify("b");
        client.disconnect();
        assertThat(failure(call)).isInstanceOf(NotConnectedException.class);
        assertThat(failure(notified)).isInstanceOf(NotConnectedException.class);
        Awaitility.await().until(() -> client.call("c", null).isCompletedExceptionally());
    }

    @Test
    void closeFailsWaitingCalls() {
        RpcClient client = built(builder().reconnectInterval(HOUR));
        loseConnection(client);
        CompletableFuture<Payload> call = client.call("a", null);
        client.close();
        assertThat(failure(call)).isInstanceOf(NotConnectedException.class);
        value(client.closed());
        assertThat(client.call("b", null)).isCompletedExceptionally();
    }

    @Test
    void connectRightAfterDisconnectConnectsAgain() {
        RpcClient client = built(builder());
        for (int i = 0; i < 20; i++) {
            value(client.connect());
            server.next();
            client.disconnect();
            CompletableFuture<Void> again = client.connect();
            CompletableFuture<Void> notified = client.notify("n" + i);
            value(again);
            RawPeer second = server.next();
            if (!notified.isCompletedExceptionally()) {
                value(notified);
            }
            assertThat(client.isConnected()).isTrue();
            second.end(1000, "");
            Awaitility.await().until(() -> !client.isConnected());
        }
    }

    @Test
    void waitingCallsFollowRestoredSession() {
        RpcClient client = built(builder().restore(true).reconnectInterval(HOUR));
        value(client.connect());
        RawPeer peer = server.next();
        CompletableFuture<Boolean> login = client.login(List.of("u"));
        peer.nextText();
        answer(peer, "true", 1);
        value(login);
        peer.end(1001, "");
        Awaitility.await().until(client::isReconnecting);
        client.call("a", null);
        client.connect();
        RawPeer again = server.next();
        assertThat(again.nextText()).contains("rpc.login");
        assertThat(again.poll()).isNull();
        answer(again, "true", 3);
        assertThat(again.nextText()).contains("\"a\"");
    }

    @Test
    void concurrentRequestsSurviveConnects() throws Exception {
        RpcClient client = built(builder().maxReconnects(0));
        value(client.connect());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        Thread caller = Thread.startVirtualThread(() -> {
            for (int i = 0; i < 2000; i++) {
                all.add(client.notify("a"));
            }
        });
        for (int i = 0; i < 5; i++) {
            server.next().end(1001, "");
        }
        caller.join();
        for (CompletableFuture<Void> each : all) {
            // A request is sent, or fails because its connection has closed; none is forgotten.
            each.handle((done, failure) -> failure == null || failure instanceof ClosedException)
                    .thenAccept(expected -> assertThat(expected).isTrue());
            value(each.handle((done, failure) -> 1));
        }
    }
}
