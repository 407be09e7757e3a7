package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.NotConnectedException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.ManualNetwork;
import io.heliograph.testkit.RawPeer;
import io.heliograph.testkit.RawServer;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transports;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Servers and clients that close: gracefully, at once, and by force. */
class RpcCloseTest extends ServerFixture {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String CLOSING = "Server is closing";

    private final CountDownLatch started = new CountDownLatch(50);
    private final CountDownLatch released = new CountDownLatch(1);

    private void registerBlocked() {
        server.method("blocked").handle(params -> {
            started.countDown();
            released.await();
            return "done";
        });
    }

    @Test
    void gracefulCloseAnswersCallsInFlight() throws Exception {
        registerBlocked();
        RawSocket socket = open("/");
        RawSocket idle = open("/");
        for (int i = 1; i <= 50; i++) {
            socket.send(call(i, "blocked", "[]"));
        }
        started.await();
        CompletableFuture<Void> closed = server.closeGracefully(TIMEOUT);
        Awaitility.await().until(() -> idle.ask(call(99, "sum", "[1,2]")).equals(error(-32000, CLOSING, "99")));
        assertThat(socket.ask(call(98, "sum", "[1,2]"))).isEqualTo(error(-32000, CLOSING, "98"));
        assertThat(closed).isNotDone();
        assertThat(socket.isOpen()).isTrue();
        released.countDown();
        List<String> answers = new ArrayList<>(socket.nextTexts(50));
        for (int i = 1; i <= 50; i++) {
            assertThat(answers).contains(result(i, "\"done\""));
        }
        assertThat(socket.awaitClosed()).isEqualTo(new CloseReason.Remote(1001, ""));
        assertThat(idle.awaitClosed()).isEqualTo(new CloseReason.Remote(1001, ""));
        value(closed);
        assertThat(server.stats().drops().get(DropReason.AFTER_CLOSE)).isGreaterThanOrEqualTo(2L);
    }

    @Test
    void gracefulCloseAnswersBatchesInFlight() throws Exception {
        registerBlocked();
        RawSocket socket = open("/");
        socket.send("[" + call(1, "blocked", "[]") + "," + call(2, "sum", "[1,2]") + "]");
        Awaitility.await().until(() -> started.getCount() == 49);
        CompletableFuture<Void> closed = server.closeGracefully(TIMEOUT);
        Awaitility.await()
                .until(() -> socket.ask("[" + call(3, "sum", "[1,2]") + "]")
                        .equals("[" + error(-32000, CLOSING, "3") + "]"));
        released.countDown();
        assertThat(socket.nextText()).isEqualTo("[" + result(1, "\"done\"") + "," + result(2, "3") + "]");
        value(closed);
    }

    @Test
    void gracefulCloseAnswersRequestsHeldForListeners() throws Exception {
        restart(builder -> builder.listenOn(new Address.Tcp("127.0.0.1", 0)));
        server.onConnection(socket -> value(slow));
        listen();
        RawSocket socket = opened(RawSocket.open(server.addresses().get(1)));
        // The first message of a connection without HTTP arrives before the listeners run.
        socket.send(call(1, "sum", "[1,2]").getBytes(StandardCharsets.UTF_8));
        Awaitility.await().until(() -> server.stats().messagesReceived() == 1);
        CompletableFuture<Void> closed = server.closeGracefully(TIMEOUT);
        slow.complete("");
        assertThat(socket.next().utf8()).isEqualTo(result(1, "3"));
        value(closed);
    }

    @Test
    void gracefulCloseEndsInTimeAlthoughCallNeverReturns() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "slow", "[]"));
        assertThat(socket.ask(call(2, "sum", "[1,2]"))).isEqualTo(result(2, "3"));
        value(server.closeGracefully(Duration.ofMillis(300)));
        assertThat(socket.awaitClosed()).isEqualTo(new CloseReason.Remote(1001, ""));
    }

    @Test
    void gracefulCloseDoesNotWaitForCallsOfClosedSockets() throws Exception {
        RawSocket before = open("/");
        before.send(call(1, "slow", "[]"));
        before.ask(call(2, "sum", "[1,2]"));
        before.close();
        RawSocket during = open("/");
        during.send(call(1, "slow", "[]"));
        during.ask(call(2, "sum", "[1,2]"));
        Awaitility.await().until(() -> server.stats().connections() == 1);
        CompletableFuture<Void> closed = server.closeGracefully(Duration.ofHours(1));
        Awaitility.await().until(() -> during.ask(call(3, "sum", "[1,2]")).contains(CLOSING));
        assertThat(closed).isNotDone();
        during.close();
        value(closed);
    }

    @Test
    void closeDoesNotWaitForCalls() throws Exception {
        restart(builder -> builder.linger(Duration.ofHours(1)));
        RawSocket socket = open("/");
        socket.send(call(1, "slow", "[]"));
        socket.ask(call(2, "sum", "[1,2]"));
        server.close();
        assertThat(socket.awaitClosed()).isEqualTo(new CloseReason.Remote(1001, ""));
        value(server.closed());
    }

    @Test
    void closingServerRefusesConnections() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "slow", "[]"));
        socket.ask(call(2, "sum", "[1,2]"));
        int port = server.port();
        CompletableFuture<Void> closed = server.closeGracefully(TIMEOUT);
        Awaitility.await().until(() -> {
            try (Socket attempt = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return false;
            } catch (ConnectException refused) {
                return true;
            }
        });
        assertThat(closed).isNotDone();
        slow.complete("");
        value(closed);
    }

    /** The peer never closes its side; the clock is the test's, so that no other time-out can close the connection. */
    @Test
    @Checklist("RPC 134")
    void unresponsiveSocketIsAbortedExactlyAtTimeout() {
        ManualNetwork network = new ManualNetwork();
        Address address = new Address.Tcp("rpc", 1);
        RpcServer manual = RpcServer.builder()
                .dispatch(Dispatch.direct())
                .transport(network.transport(), network.loop())
                .listenOn(address)
                .build();
        manual.listen();
        network.run();
        RawPeer peer = new RawPeer().settling(network::run).keepingOutputOpen();
        network.transport().connect(address, network.peerLoop(), LinkOptions.of(Framing.fourByteLength()), peer);
        network.run();
        peer.send("/a".getBytes(StandardCharsets.UTF_8));
        assertThat(manual.stats().connections()).isEqualTo(1);
        CompletableFuture<Void> closed = manual.closeGracefully(Duration.ofMillis(50));
        network.run();
        network.advance(49);
        assertThat(manual.stats().connections()).isEqualTo(1);
        assertThat(closed).isNotDone();
        network.advance(1);
        assertThat(manual.stats().connections()).isZero();
        assertThat(closed).isDone();
    }

    // ---- clients

    private RpcClient client() {
        return opened(RpcClient.builder(URI.create("ws://127.0.0.1:" + server.port()))
                .reconnect(false)
                .build());
    }

    @Test
    void gracefulCloseOfClientAwaitsResponses() throws Exception {
        listen();
        RpcClient client = client();
        value(client.connect());
        CompletableFuture<String> call = client.call("slow", null, String.class);
        CompletableFuture<Void> closed = client.closeGracefully(TIMEOUT);
        Awaitility.await().until(() -> client.call("sum", List.of(1, 2)).isCompletedExceptionally());
        assertThat(failure(client.call("sum", List.of(1, 2)))).isInstanceOf(NotConnectedException.class);
        assertThat(failure(client.notify("sum", List.of(1, 2)))).isInstanceOf(NotConnectedException.class);
        assertThat(closed).isNotDone();
        assertThat(client.isConnected()).isTrue();
        slow.complete("late");
        assertThat(value(call)).isEqualTo("late");
        value(closed);
    }

    @Test
    void gracefulCloseOfClientSendsWaitingNotifications() throws Exception {
        listen();
        RpcClient client = client();
        client.connect();
        CompletableFuture<Void> sent = client.notify("echo", List.of(7));
        value(client.closeGracefully(TIMEOUT));
        value(sent);
        Awaitility.await().until(() -> handled.contains("[7]"));
    }

    @Test
    void gracefulCloseOfClientEndsInTimeWithoutResponses() throws Exception {
        listen();
        RpcClient client = client();
        value(client.connect());
        CompletableFuture<Payload> call = client.call("slow", null);
        value(client.closeGracefully(Duration.ofMillis(200)));
        assertThat(failure(call)).isInstanceOf(ClosedException.class);
    }

    @Test
    void gracefulCloseOfClientIgnoresCompletedCalls() {
        Transports.Lease lease = Transports.acquire();
        try (RawServer silent = RawServer.webSocket(lease.transport())) {
            RpcClient client = opened(RpcClient.builder(silent.url())
                    .requestIds((method, params) -> "same")
                    .reconnect(false)
                    .build());
            value(client.connect());
            RawPeer peer = silent.next();
            CompletableFuture<Payload> replaced = client.call("a", null);
            CompletableFuture<Payload> canceled = client.call("a", null);
            assertThat(replaced).isCompletedExceptionally();
            canceled.cancel(false);
            client.method("a", Payload.class)
                    .with(CallOptions.timeout(Duration.ofMillis(1)))
                    .call(null)
                    .handle((result, failure) -> "timed out")
                    .join();
            CompletableFuture<Payload> answered = client.call("a", null);
            peer.send("{\"result\":1,\"id\":\"same\"}");
            value(answered);
            value(client.notify("a"));
            value(client.closeGracefully(Duration.ofHours(1)));
        } finally {
            lease.release();
        }
    }

    @Test
    void closeOfClientDoesNotWaitForResponses() throws Exception {
        listen();
        RpcClient client = opened(RpcClient.builder(URI.create("ws://127.0.0.1:" + server.port()))
                .linger(Duration.ofHours(1))
                .build());
        value(client.connect());
        CompletableFuture<Payload> call = client.call("slow", null);
        client.close();
        assertThat(failure(call)).isInstanceOf(ClosedException.class);
        value(client.closed());
    }
}
