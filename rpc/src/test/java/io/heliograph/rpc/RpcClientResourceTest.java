package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.ManualNetwork;
import io.heliograph.testkit.RawPeer;
import io.heliograph.testkit.RawServer;
import io.heliograph.transport.LinkOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Timers, attempts and pauses of a client, on a network and a clock of the test. */
class RpcClientResourceTest {

    private static final Address ADDRESS = new Address.Tcp("rpc", 1);

    private final ManualNetwork network = new ManualNetwork();
    private final List<Throwable> errors = new ArrayList<>();
    private boolean keepOpen;
    private final RawServer server = new RawServer(
                    peer -> keepOpen ? peer.settling(network::run).keepingOutputOpen() : peer.settling(network::run))
            .listen(network.transport(), network.peerLoop(), ADDRESS, LinkOptions.of(Framing.fourByteLength()));
    private RpcClient client = client(builder -> {});

    private RpcClient client(Consumer<RpcClient.Builder> options) {
        RpcClient.Builder builder = RpcClient.builder(ADDRESS, "/")
                .dispatch(Dispatch.direct())
                .transport(network.transport(), network.loop());
        options.accept(builder);
        client = builder.build();
        client.onError(errors::add);
        return client;
    }

    private RawPeer connect() {
        client.connect();
        network.run();
        RawPeer peer = server.last();
        assertThat(peer.poll()).isNotNull(); // the path
        return peer;
    }

    private static void send(RawPeer peer, String message) {
        peer.send(message.getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void close() {
        client.closeGracefully(Duration.ZERO);
        network.advance(Duration.ofSeconds(1));
    }

    // ---- time-outs of calls

    @Test
    void callTimesOutExactly() {
        client(builder -> builder.callTimeout(Duration.ofSeconds(10)));
        connect();
        CompletableFuture<Payload> call = client.call("a", null);
        network.run();
        network.advance(9_999);
        assertThat(call).isNotDone();
        network.advance(1);
        assertThat(failure(call)).isInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void completedCallsLeaveNoTimer() {
        client(builder -> builder.callTimeout(Duration.ofSeconds(10)));
        RawPeer peer = connect();
        int before = network.loop().timers();
        CompletableFuture<Payload> answered = client.call("a", null);
        CompletableFuture<Payload> canceled = client.call("b", null);
        network.run();
        assertThat(network.loop().timers()).isGreaterThan(before);
        send(peer, "{\"result\":1,\"id\":1}");
        assertThat(answered).isDone();
        canceled.cancel(false);
        network.run();
        assertThat(network.loop().timers()).isEqualTo(before);
        CompletableFuture<Payload> closed = client.call("c", null);
        network.run();
        client.disconnect();
        network.run();
        assertThat(closed).isCompletedExceptionally();
        assertThat(network.loop().timers()).isLessThanOrEqualTo(before);
    }

    @Test
    void stallOfClientDoesNotTimeOutCall() {
        client(builder -> builder.callTimeout(Duration.ofSeconds(10)));
        RawPeer peer = connect();
        CompletableFuture<Integer> call = client.call("a", null, Integer.class);
        network.run();
        network.advance(1000);
        network.loop().clock().stall(Duration.ofSeconds(35));
        network.run();
        assertThat(call).isNotDone();
        send(peer, "{\"result\":1,\"id\":1}");
        assertThat(value(call)).isEqualTo(1);
    }

    // ---- attempts

    @Test
    void disconnectCancelsScheduledAttempt() {
        client(builder -> builder.reconnectInterval(Duration.ofSeconds(1)));
        network.transport().refuse(ADDRESS);
        client.connect();
        network.run();
        assertThat(client.isReconnecting()).isTrue();
        client.disconnect();
        network.run();
        network.transport().allow(ADDRESS);
        network.advance(Duration.ofSeconds(10));
        assertThat(network.transport().attempts()).isEqualTo(1);
        assertThat(client.isConnected()).isFalse();
        assertThat(network.loop().timers()).isZero();
    }

    @Test
    void disconnectCancelsRunningAttempt() {
        network.transport().hang(ADDRESS);
        CompletableFuture<Void> connecting = client.connect();
        network.run();
        client.disconnect();
        network.run();
        assertThat(failure(connecting)).isInstanceOf(ClosedException.class);
        network.advance(Duration.ofSeconds(60));
        assertThat(network.transport().attempts()).isEqualTo(1);
        assertThat(errors).isEmpty();
        assertThat(network.loop().timers()).isZero();
    }

    @Test
    void silentServerIsAbortedExactlyAtLinger() {
        keepOpen = true;
        client(builder -> builder.linger(Duration.ofSeconds(3)));
        connect();
        CompletableFuture<Void> disconnected = client.disconnect();
        network.run();
        network.advance(2_999);
        assertThat(client.stats().connections()).isEqualTo(1);
        assertThat(disconnected).isNotDone();
        network.advance(1);
        assertThat(client.stats().connections()).isZero();
        assertThat(disconnected).isDone();
        assertThat(network.loop().timers()).isZero();
    }

    @Test
    void completedDisconnectLeavesNoTimer() {
        connect();
        client.disconnect();
        network.run();
        assertThat(client.stats().connections()).isZero();
        assertThat(network.loop().timers()).isZero();
    }

    @Test
    void connectDuringDisconnectFollowsLastWish() {
        keepOpen = true;
        RawPeer first = connect();
        client.disconnect();
        CompletableFuture<Void> again = client.connect();
        network.run();
        assertThat(again).isNotDone();
        client.disconnect();
        network.run();
        first.end();
        network.run();
        assertThat(network.transport().attempts()).isEqualTo(1);
        assertThat(failure(again)).isNotNull();

        RawPeer second = connect();
        client.disconnect();
        CompletableFuture<Void> third = client.connect();
        network.run();
        second.end();
        network.run();
        assertThat(network.transport().attempts()).isEqualTo(3);
        assertThat(third).isCompleted();
        assertThat(client.isConnected()).isTrue();
        assertThat(client.connect()).as("already connected").isCompleted();
    }

    @Test
    void callAfterConnectSurvivesEndOfEarlierAttempt() {
        network.transport().hang(ADDRESS);
        client.connect();
        network.run();
        client.disconnect();
        network.transport().allow(ADDRESS);
        client.connect();
        CompletableFuture<Integer> call = client.call("a", null, Integer.class);
        network.run();
        RawPeer peer = server.last();
        peer.poll();
        assertThat(peer.next().utf8()).contains("\"a\"");
        send(peer, "{\"result\":1,\"id\":1}");
        assertThat(value(call)).isEqualTo(1);
    }

    @Test
    void sentRequestsLeaveLimitsOfWaitingOnes() {
        client(builder -> builder.reconnectInterval(Duration.ofSeconds(1))
                .maxQueuedBytes(1000)
                .maxPendingCalls(1));
        RawPeer peer = connect();
        for (int i = 0; i < 3; i++) {
            peer.end();
            network.run();
            CompletableFuture<Void> sent = client.notify("a", List.of("x".repeat(900)));
            assertThat(sent).isNotDone();
            assertThat(client.stats().queuedBytes()).isBetween(900L, 1000L);
            network.advance(1000);
            assertThat(sent).isCompleted();
            peer = server.last();
        }
    }

    // ---- waiting calls while a session is restored

    @Test
    void waitingCallIgnoresConnectionThatHasNotSentIt() {
        client(builder -> builder.restore(true).reconnectInterval(Duration.ofSeconds(1)));
        RawPeer first = connect();
        CompletableFuture<Boolean> login = client.login(List.of("u"));
        network.run();
        send(first, "{\"result\":true,\"id\":1}");
        value(login);
        first.end();
        network.run();
        CompletableFuture<Integer> call = client.call("a", null, Integer.class); // id 2
        network.advance(1000);
        RawPeer second = server.last();
        second.poll();
        assertThat(new String(second.next().toByteArray(), StandardCharsets.UTF_8))
                .contains("rpc.login");
        send(second, "{\"result\":7,\"id\":2}");
        assertThat(call).isNotDone();
        assertThat(client.stats().drops()).containsEntry(DropReason.UNKNOWN_ID, 1L);
        second.end();
        network.run();
        assertThat(call).isNotDone();
        network.advance(1000);
        RawPeer third = server.last();
        third.poll();
        third.next();
        send(third, "{\"result\":true,\"id\":4}");
        assertThat(new String(third.next().toByteArray(), StandardCharsets.UTF_8))
                .contains("\"a\"");
        send(third, "{\"result\":8,\"id\":2}");
        assertThat(value(call)).isEqualTo(8);
    }

    @Test
    void restoreSubscribesAgainAfterFailedLogin() {
        client(builder -> builder.restore(true).reconnectInterval(Duration.ofSeconds(1)));
        RawPeer first = connect();
        client.login(List.of("u"));
        client.subscribe("a", "b");
        network.run();
        send(first, "{\"result\":true,\"id\":1}");
        send(first, "{\"result\":{\"a\":\"ok\",\"b\":\"ok\"},\"id\":2}");
        client.unsubscribe("b");
        network.run();
        first.end();
        network.advance(1000);
        RawPeer second = server.last();
        second.poll();
        assertThat(second.next().utf8()).contains("rpc.login");
        send(second, "{\"error\":{\"code\":-32000,\"message\":\"no\"},\"id\":4}");
        assertThat(second.next().utf8()).contains("\"rpc.on\",\"params\":[\"a\",{\"since\":{\"a\":\"\"}}]");
        assertThat(errors).hasSize(1);
        assertThat(client.isConnected()).isFalse();
        send(second, "{\"result\":{\"a\":\"ok\"},\"id\":5}");
        assertThat(client.isConnected()).isTrue();
    }

    // ---- received events

    @Test
    void readingPausesWhileListenersArePending() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        client(builder -> builder.maxPendingMessages(4).dispatch(Dispatch.on(tasks::add)));
        List<Object> events = new ArrayList<>();
        client.events("e", Integer.class).on(events::add);
        network.transport().chunkBytes(40);
        client.connect();
        drain(tasks);
        RawPeer peer = server.last();
        for (int i = 0; i < 50; i++) {
            peer.send("{\"notification\":\"e\",\"params\":[1]}     ".getBytes(StandardCharsets.UTF_8));
        }
        network.run();
        assertThat(client.stats().messagesReceived()).isBetween(4L, 6L);
        drain(tasks);
        assertThat(events).hasSize(50);
    }

    private void drain(Queue<Runnable> tasks) {
        network.run();
        while (!tasks.isEmpty()) {
            tasks.remove().run();
            network.run();
        }
    }

    @Test
    void eventsWithoutListenerAreDropped() {
        RawPeer peer = connect();
        List<Object> events = new ArrayList<>();
        client.events("e", Integer.class).once(events::add);
        String event = "{\"notification\":\"e\",\"params\":[1]}";
        send(peer, event);
        send(peer, event);
        assertThat(client.stats().drops()).containsEntry(DropReason.NO_LISTENER, 1L);
        client.events("e", Integer.class).on(events::add);
        client.events("e").off();
        send(peer, event);
        assertThat(client.stats().drops()).containsEntry(DropReason.NO_LISTENER, 2L);
        client.events("e", Integer.class).on(events::add).close();
        client.events("e", Integer.class).stream().close();
        send(peer, event);
        assertThat(client.stats().drops()).containsEntry(DropReason.NO_LISTENER, 3L);
        assertThat(events).containsExactly(1);
    }

    @Test
    void closeEndsStreams() {
        connect();
        Iterable<RpcEvent> stream = client.events("e").stream();
        client.closeGracefully(Duration.ZERO);
        network.advance(1000);
        assertThat(stream).isEmpty();
    }

    @Test
    void gracefulCloseIgnoresFailedNotifications() {
        client(builder -> builder.reconnect(false));
        assertThat(client.notify("a")).isCompletedExceptionally();
        network.transport().refuse(ADDRESS);
        client.connect();
        CompletableFuture<Void> waiting = client.notify("b");
        CompletableFuture<Payload> call = client.call("c", null);
        network.run();
        assertThat(waiting).isCompletedExceptionally();
        assertThat(call).isCompletedExceptionally();
        CompletableFuture<Void> closed = client.closeGracefully(Duration.ofHours(1));
        network.run();
        assertThat(closed).isDone();
    }
}
