package io.heliograph.rpc;

import static io.heliograph.rpc.ServerFixture.call;
import static io.heliograph.rpc.ServerFixture.error;
import static io.heliograph.rpc.ServerFixture.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.testkit.RawPeer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of received work, in number and in bytes, of one socket and of all sockets that are not logged in. */
class RpcPendingWorkTest {

    private static final String BUSY = "Server is busy";

    private final List<ManualServer> servers = new ArrayList<>();
    private ManualServer server = new ManualServer(builder -> {});

    private void serve(Consumer<RpcServer.Builder> options) {
        server = new ManualServer(options);
        servers.add(server);
        // One message per read, so that a pause takes effect after each message.
        server.network.transport().chunkBytes(904);
    }

    @AfterEach
    void close() {
        servers.forEach(ManualServer::close);
    }

    /** Returns a message of 900 bytes. */
    private static String large(String message) {
        return message + " ".repeat(900 - message.length());
    }

    private void sendAll(RawPeer peer, int count, String method) {
        for (int i = 1; i <= count; i++) {
            server.send(peer, large(call(i, method, "[]")));
        }
    }

    private long started() {
        return server.held.size();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"method\":\"hold\",\"id\":1}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"hold\"}",
                "[{\"jsonrpc\":\"2.0\",\"method\":\"hold\",\"id\":1},{\"jsonrpc\":\"2.0\",\"method\":\"one\",\"id\":2}]",
                "[{\"jsonrpc\":\"2.0\",\"method\":\"hold\"}]"
            })
    void pendingMessagesAreLimitedInBytes(String message) {
        serve(builder -> builder.maxMessageBytes(1000));
        RawPeer peer = server.connect();
        for (int i = 0; i < 150; i++) {
            server.send(peer, large(message));
        }
        // 2700 bytes exceed twice the longest message.
        assertThat(server.server.stats().messagesReceived()).isEqualTo(3);
        assertThat(started()).isEqualTo(3);
        server.release();
        assertThat(started()).as("1800 bytes are more than half of the limit").isEqualTo(2);
        server.release();
        assertThat(started()).as("900 bytes are less than half").isEqualTo(3);
        for (int i = 0; i < 147; i++) {
            server.release();
        }
        assertThat(server.server.stats().messagesReceived()).isEqualTo(150);
    }

    @Test
    void readingPausesAtMaxPendingCallsAndResumesAtHalf() {
        serve(builder -> builder.maxPendingMessages(4));
        RawPeer peer = server.connect();
        sendAll(peer, 10, "hold");
        assertThat(server.server.stats().messagesReceived()).isEqualTo(4);
        server.release();
        assertThat(server.server.stats().messagesReceived()).isEqualTo(4);
        server.release();
        assertThat(server.server.stats().messagesReceived()).isEqualTo(6);
        assertThat(server.received(peer)).containsExactly(result(1, "\"held\""), result(2, "\"held\""));
        while (!server.held.isEmpty()) {
            server.release();
        }
        assertThat(server.received(peer)).hasSize(8);
    }

    @Test
    void batchCountsAsOnePendingCall() {
        serve(builder -> builder.maxPendingMessages(2));
        RawPeer peer = server.connect();
        String batch = "[" + call(1, "hold", "[]") + "," + call(2, "hold", "[]") + "]";
        for (int i = 0; i < 4; i++) {
            server.send(peer, large(batch));
        }
        assertThat(started()).isEqualTo(2);
        assertThat(server.server.stats().messagesReceived()).isEqualTo(2);
        server.release();
        server.release();
        assertThat(server.server.stats().messagesReceived()).isEqualTo(2);
        server.release();
        assertThat(server.server.stats().messagesReceived()).isEqualTo(3);
    }

    // ---- the budget of sockets that are not logged in

    @Test
    void socketsWithoutLoginShareOneBudget() {
        serve(builder -> builder.maxUnauthenticatedBytes(10_000));
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawPeer peer = server.connect();
            peers.add(peer);
            sendAll(peer, 3, "hold");
        }
        assertThat(started() * 900).isLessThanOrEqualTo(10_000);
        assertThat(started()).isBetween(5L, 11L);
        assertThat(server.received(peers.get(0))).containsExactly(error(-32000, BUSY, "3"));
        assertThat(server.received(peers.get(19))).hasSize(3).allMatch(answer -> answer.contains(BUSY));
        assertThat(server.server.stats().drops()).containsEntry(DropReason.PENDING_BUDGET, 60 - started());
        while (!server.held.isEmpty()) {
            server.release();
        }
        server.send(peers.get(19), call(9, "one", "[]"));
        assertThat(server.received(peers.get(19))).containsExactly(result(9, "1"));
    }

    @Test
    void batchBeyondBudgetIsAnsweredCallByCall() {
        serve(builder -> builder.maxUnauthenticatedBytes(3000));
        RawPeer peer = server.connect();
        server.send(
                peer,
                large("[" + call(1, "one", "[]") + "," + call(2, "nope", "[]") + "," + call(3, "secret", "[]") + "]"));
        assertThat(server.received(peer))
                .containsExactly("[" + error(-32000, BUSY, "1") + "," + error(-32601, "Method not found", "2") + ","
                        + error(-32605, "Method forbidden", "3") + "]");
    }

    @Test
    void refusedRequestsNeedNoBudget() {
        serve(builder -> builder.maxUnauthenticatedBytes(1));
        RawPeer peer = server.connect();
        server.send(peer, large(call(1, "nope", "[]")));
        server.send(peer, large(call(2, "secret", "[]")));
        server.send(peer, large(call(3, "__listMethods", "[]")));
        server.send(peer, large(call(4, "one", "[]")));
        assertThat(server.received(peer))
                .satisfiesExactly(
                        answer -> assertThat(answer).contains("-32601"),
                        answer -> assertThat(answer).contains("-32605"),
                        answer -> assertThat(answer).contains("__listMethods"),
                        answer -> assertThat(answer).isEqualTo(error(-32000, BUSY, "4")));
    }

    @Test
    void loginLeavesAndLogoutEntersBudget() {
        serve(builder -> builder.maxUnauthenticatedBytes(5000));
        List<RpcSocket> sockets = new ArrayList<>();
        server.server.onConnection(sockets::add);
        RawPeer user = server.connect();
        server.send(user, call(1, "rpc.login", "[1]"));
        server.received(user);
        sendAll(user, 5, "hold");
        assertThat(started()).isEqualTo(5);
        assertThat(server.received(user)).isEmpty();
        RawPeer guest = server.connect();
        server.send(guest, large(call(1, "one", "[]")));
        assertThat(server.received(guest)).containsExactly(result(1, "1"));
        sockets.get(0).deauthenticate();
        server.send(guest, large(call(2, "one", "[]")));
        assertThat(server.received(guest)).containsExactly(error(-32000, BUSY, "2"));
    }

    @Test
    void callsOfClosedSocketsStayInBudgetUntilTheyEnd() {
        serve(builder -> builder.maxUnauthenticatedBytes(5000));
        List<RawPeer> users = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            RawPeer user = server.connect();
            server.send(user, call(1, "rpc.login", "[1]"));
            users.add(user);
        }
        for (RawPeer user : users) {
            sendAll(user, 1, "hold");
            user.close();
        }
        assertThat(started()).isEqualTo(10);
        RawPeer guest = server.connect();
        server.send(guest, large(call(2, "one", "[]")));
        assertThat(server.received(guest)).containsExactly(error(-32000, BUSY, "2"));
        while (!server.held.isEmpty()) {
            server.release();
        }
        server.send(guest, large(call(3, "one", "[]")));
        assertThat(server.received(guest)).containsExactly(result(3, "1"));
    }

    @Test
    void framesHeldForListenersAreInBudget() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        serve(builder -> builder.maxUnauthenticatedBytes(10_000).dispatch(Dispatch.on(tasks::add)));
        server.server.onConnection(socket -> {});
        run(tasks);
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawPeer peer = server.connectSilently();
            sendAll(peer, 1, "one");
            peers.add(peer);
        }
        long open = peers.stream().filter(RawPeer::isOpen).count();
        assertThat(open).isBetween(5L, 11L);
        assertThat(server.server.stats().drops()).containsEntry(DropReason.PENDING_BUDGET, 20 - open);
        run(tasks);
        assertThat(server.received(peers.get(1))).containsExactly(result(1, "1"));
        RawPeer later = server.connectSilently();
        sendAll(later, 1, "one");
        assertThat(later.isOpen()).as("processed frames have left the budget").isTrue();
    }

    @Test
    void framesOfClosedConnectionLeaveBudget() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        serve(builder -> builder.maxUnauthenticatedBytes(10_000).dispatch(Dispatch.on(tasks::add)));
        server.network.transport().chunkBytes(65_536);
        server.server.onConnection(socket -> {});
        run(tasks);
        for (int i = 1; i <= 20; i++) {
            RawPeer peer = new RawPeer().settling(() -> {});
            server.open(peer);
            sendAll(peer, 3, "one");
            server.network.run();
            assertThat(server.server.stats().drops()).containsEntry(DropReason.PENDING_BUDGET, (long) i);
        }
        assertThat(server.server.stats().connections()).isZero();
        RawPeer later = server.connectSilently();
        sendAll(later, 1, "one");
        assertThat(later.isOpen()).isTrue();
    }

    private void run(Queue<Runnable> tasks) {
        server.network.run();
        while (!tasks.isEmpty()) {
            tasks.remove().run();
            server.network.run();
        }
    }

    @Test
    void budgetMustBePositive() {
        assertThatThrownBy(() -> RpcServer.builder().maxUnauthenticatedBytes(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxUnauthenticatedBytes: 0 (expected: > 0)");
    }

    // ---- responses that batches keep

    @Test
    void responsesOfPendingBatchesAreLimitedInBytes() {
        serve(builder -> builder.maxMessageBytes(5000).maxQueuedBytes(10_000));
        server.server.method("text").handle(params -> "x".repeat(2000));
        RawPeer peer = server.connect();
        for (int i = 0; i < 8; i++) {
            server.send(
                    peer,
                    "[" + call(1, "text", "[]") + "," + call(2, "text", "[]") + "," + call(3, "hold", "[]") + "]");
        }
        assertThat(started()).isEqualTo(8);
        while (!server.held.isEmpty()) {
            server.release();
        }
        List<String> answers = server.received(peer);
        assertThat(answers).hasSize(8);
        assertThat(answers.stream().filter(answer -> answer.length() > 4000)).hasSize(2);
        assertThat(answers.stream().filter(answer -> answer.equals(error(-32603, "Internal error", "null"))))
                .hasSize(6);
        // The responses of all batches have left the limit.
        server.send(peer, "[" + call(1, "text", "[]") + "," + call(2, "text", "[]") + "]");
        assertThat(server.received(peer)).allMatch(answer -> answer.length() > 4000);
    }

    @Test
    void responsesThatDoNotFitAreReleased() {
        serve(builder -> builder.maxMessageBytes(5000).maxQueuedBytes(10_000));
        server.server.method("text").handle(params -> "x".repeat(2000));
        RawPeer peer = server.connect();
        String two = call(1, "text", "[]") + "," + call(2, "text", "[]");
        for (int i = 0; i < 10; i++) {
            server.send(peer, "[" + two + "," + call(3, "text", "[]") + "]");
            assertThat(server.received(peer)).containsExactly(error(-32603, "Internal error", "null"));
        }
        server.send(peer, "[" + two + "]");
        assertThat(server.received(peer)).hasSize(1).allMatch(answer -> answer.length() > 4000);
    }

    // ---- rate

    @Test
    void requestsBeyondRateWaitForNextSecond() {
        serve(builder -> builder.maxRequestsPerSecond(3));
        RawPeer peer = server.connect();
        server.network.advance(10_000);
        sendAll(peer, 8, "one");
        assertThat(server.received(peer)).hasSize(3);
        server.network.advance(999);
        assertThat(server.received(peer)).isEmpty();
        server.network.advance(1);
        assertThat(server.received(peer)).hasSize(3);
        server.network.advance(1000);
        assertThat(server.received(peer)).hasSize(2);
    }

    @Test
    void rateCountsEachSecondAnew() {
        serve(builder -> builder.maxRequestsPerSecond(3));
        RawPeer peer = server.connect();
        for (int second = 0; second < 5; second++) {
            server.network.advance(1000);
            sendAll(peer, 2, "one");
            assertThat(server.received(peer)).hasSize(2);
        }
    }

    @Test
    void rateCountsRequestsOfBatchesAndInvalidMessages() {
        serve(builder -> builder.maxRequestsPerSecond(4));
        RawPeer peer = server.connect();
        server.network.advance(1000);
        server.send(peer, large("[" + call(1, "one", "[]") + "," + call(2, "one", "[]") + "]"));
        server.send(peer, large("{"));
        server.send(peer, large("[]"));
        server.send(peer, large(call(3, "one", "[]")));
        assertThat(server.received(peer)).hasSize(3);
        server.network.advance(1000);
        assertThat(server.received(peer)).containsExactly(result(3, "1"));
    }

    @Test
    void rateCountsBatchThatIsTooLong() {
        serve(builder -> builder.maxRequestsPerSecond(1).maxBatch(1));
        RawPeer peer = server.connect();
        server.network.advance(1000);
        server.send(peer, large("[1,2]"));
        server.send(peer, large(call(3, "one", "[]")));
        assertThat(server.received(peer)).hasSize(1);
        server.network.advance(1000);
        assertThat(server.received(peer)).containsExactly(result(3, "1"));
    }

    @Test
    void zeroDisablesRate() {
        serve(builder -> builder.maxRequestsPerSecond(0));
        RawPeer peer = server.connect();
        sendAll(peer, 500, "one");
        assertThat(server.received(peer)).hasSize(500);
    }

    // ---- first frame

    @Test
    void connectionWithoutFirstFrameIsClosedAfterTenSeconds() {
        serve(builder -> {});
        RawPeer silent = server.connectSilently();
        RawPeer talking = server.connectSilently();
        server.network.advance(9_999);
        assertThat(silent.isOpen()).isTrue();
        server.send(talking, "/");
        server.network.advance(1);
        assertThat(silent.isOpen()).isFalse();
        assertThat(server.server.stats().drops()).containsEntry(DropReason.CONNECTION_REFUSED, 1L);
        server.network.advance(60_000);
        assertThat(talking.isOpen()).isTrue();
    }

    @Test
    void stalledServerDoesNotCloseConnectionsBeforeItListens() {
        serve(builder -> {});
        RawPeer peer = server.connectSilently();
        server.network.advance(1000);
        server.network.loop().clock().stall(Duration.ofSeconds(35));
        server.network.run();
        assertThat(peer.isOpen()).isTrue();
        server.send(peer, call(1, "one", "[]"));
        assertThat(server.received(peer)).containsExactly(result(1, "1"));
    }

    @Test
    void connectionThatEndsWithoutFrameIsForgotten() {
        serve(builder -> builder.maxConnections(1));
        RawPeer first = server.connectSilently();
        first.end();
        first.awaitClosed();
        RawPeer second = server.connectSilently();
        assertThat(second.isOpen()).isTrue();
        assertThat(server.connectSilently().isOpen()).isFalse();
    }
}
