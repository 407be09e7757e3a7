package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.UnreachableException;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.testkit.ManualEventLoop;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Client life cycle, with JDK sockets as peers; tests of delays use an in-memory transport and a manual clock. */
class SocketClientTest {

    private final EventRecorder seen = new EventRecorder();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws Exception {
        server = RawPeer.listen();
        open.add(server);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private SocketClient.Builder options() {
        return SocketClient.builder(RawPeer.HOST, server.getLocalPort())
                .linger(Duration.ofMillis(200))
                .reconnectInterval(Duration.ofMillis(10));
    }

    private SocketClient client(SocketClient.Builder options) {
        SocketClient client = options.build();
        open.add(client);
        seen.record(client);
        return client;
    }

    private RawPeer accept() throws Exception {
        RawPeer peer = RawPeer.accept(server);
        open.add(peer);
        return peer;
    }

    @Test
    @Checklist("AS 38")
    void defaultAddressIsLocalhostPort4000() {
        SocketClient client = client(SocketClient.builder());
        assertThat(client.remoteHost()).isEqualTo("localhost");
        assertThat(client.remotePort()).isEqualTo(4000);
    }

    @Test
    void dataTravelsBothWays() throws Exception {
        SocketClient client =
                client(options().send(DataType.INT).receive(DataType.INT).framed());
        CompletableFuture<Void> connected = client.connect();
        RawPeer peer = accept();
        Await.value(connected);
        assertThat(client.isConnected()).isTrue();
        assertThat(client.sendInts(1, -2)).isTrue();
        assertThat(peer.read(9)).isEqualTo("0800000001fffffffe");
        peer.send("04 00000007 08 00000001 00000002");
        assertThat(seen.await(3)).containsExactly("connect", "7", "int[1, 2]");
        assertThat(client.stats().bytesReceived()).isEqualTo(14);
        assertThat(client.stats().messagesReceived()).isEqualTo(2);
        assertThat(client.stats().messagesSent()).isEqualTo(1);
    }

    @Test
    @Checklist("AS 39")
    void itemsSentBeforeOpenAreSentFirst() throws Exception {
        SocketClient client = client(options());
        client.onConnect(() -> client.send("[open]"));
        assertThat(client.send("1")).isTrue();
        client.send("2");
        client.send("3");
        client.connect();
        RawPeer peer = accept();
        assertThat(peer.read(9))
                .isEqualTo(ConnectionHarness.hex("123[open]".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    @Checklist("AS 40")
    void itemBeyondMaxUnsentMessagesIsRejected() throws Exception {
        SocketClient client = client(options().send(DataType.BYTE));
        CompletableFuture<Throwable> error = new CompletableFuture<>();
        client.onError(error::complete);
        assertThat(IntStream.range(0, 100).allMatch(client::send)).isTrue();
        assertThat(client.send(100)).isFalse();
        seen.await(
                "error Maximum number of unsent messages has been exceeded: 100. Consider setting discardMessagesBeforeOpen to true.");
        assertThat(Await.value(error)).isInstanceOf(QueueFullException.class);
        client.connect();
        RawPeer peer = accept();
        seen.await("connect");
        client.send(0x7f);
        assertThat(peer.read(101))
                .isEqualTo(IntStream.range(0, 100)
                                .mapToObj(i -> String.format("%02x", i))
                                .collect(Collectors.joining())
                        + "7f");
        assertThat(client.stats().drops()).containsExactly(java.util.Map.entry(DropReason.QUEUE_FULL, 1L));
    }

    @Test
    @Checklist("AS 40")
    void unsentBytesAreLimitedWithoutItemLimit() {
        SocketClient client =
                client(options().maxUnsentMessages(0).maxQueuedBytes(1000).send(DataType.BYTE));
        assertThat(IntStream.range(0, 1000).allMatch(client::send)).isTrue();
        assertThat(client.queuedBytes()).isEqualTo(1000);
        assertThat(client.send(1)).isFalse();
    }

    @Test
    @Checklist("AS 41")
    void itemsDiscardedBeforeOpenAreNotSent() throws Exception {
        SocketClient client = client(options().discardMessagesBeforeOpen(true));
        assertThat(client.send("early")).isFalse();
        client.connect();
        RawPeer peer = accept();
        seen.await("connect");
        client.send("late");
        assertThat(peer.read(4)).isEqualTo("6c617465");
        assertThat(seen.events()).containsExactly("connect");
        assertThat(client.stats().drops()).containsEntry(DropReason.BEFORE_OPEN, 1L);
    }

    @Test
    @Checklist("AS 42")
    void clientReportsOneErrorAfterAllAttempts() {
        ManualEventLoop loop = ManualEventLoop.create();
        InMemoryTransport transport = InMemoryTransport.on(loop);
        SocketClient client = client(SocketClient.builder("peer.example", 4000)
                .dispatch(Dispatch.on(Runnable::run))
                .transport(transport, loop));
        CompletableFuture<Void> connected = client.connect();
        loop.runReady();
        assertThat(transport.attempts()).isEqualTo(1);
        for (int attempt = 2; attempt <= 11; attempt++) {
            loop.advance(Duration.ofMillis(999));
            assertThat(transport.attempts()).isEqualTo(attempt - 1);
            assertThat(seen.events()).isEmpty();
            loop.advance(Duration.ofMillis(1));
            assertThat(transport.attempts()).isEqualTo(attempt);
        }
        loop.advance(Duration.ofMinutes(1));
        assertThat(transport.attempts()).isEqualTo(11);
        assertThat(seen.events()).hasSize(1);
        assertThat(seen.events().getFirst()).startsWith("error Failed to connect: ");
        assertThat(Await.failure(connected)).isInstanceOf(UnreachableException.class);
        // Another attempt is allowed, and unsent items are kept.
        client.send("kept");
        client.connect();
        loop.runReady();
        assertThat(transport.attempts()).isEqualTo(12);
        assertThat(client.queuedBytes()).isEqualTo(4);
    }

    @Test
    @Checklist("AS 43")
    void clientConnectsToLateServer() throws Exception {
        int port = server.getLocalPort();
        server.close();
        SocketClient client = client(options().reconnectAttempts(-1));
        client.send("early");
        client.connect();
        server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        open.add(server);
        RawPeer peer = accept();
        assertThat(peer.read(5)).isEqualTo("6561726c79");
        assertThat(seen.await(1)).containsExactly("connect");
    }

    @Test
    @Checklist("AS 44")
    void unansweredAttemptFailsAfterConnectTimeout() {
        ManualEventLoop loop = ManualEventLoop.create();
        InMemoryTransport transport = InMemoryTransport.on(loop);
        transport.hang(new Address.Tcp("peer.example", 4000));
        SocketClient client = client(SocketClient.builder("peer.example", 4000)
                .reconnectAttempts(0)
                .dispatch(Dispatch.on(Runnable::run))
                .transport(transport, loop));
        client.connect();
        loop.runReady();
        loop.advance(Duration.ofMillis(5999));
        assertThat(seen.events()).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(seen.events()).hasSize(1);
        assertThat(seen.events().getFirst()).startsWith("error Failed to connect: ");
    }

    @Test
    @Checklist("AS 45")
    void dataPrecedesCloseAndClientDoesNotReconnect() throws Exception {
        SocketClient client = client(options());
        client.connect();
        RawPeer peer = accept();
        peer.send("616263").end();
        List<String> events = seen.await("close");
        assertThat(String.join("", events)).isEqualTo("connect'abc'disconnectclose");
        Await.value(client.closed());
        assertThat(client.isConnected()).isFalse();
        assertThat(Await.failure(client.connect())).isInstanceOf(ClosedException.class);
    }

    @Test
    @Checklist("AS 46")
    void closeEmitsOneEventAndFurtherSendsFail() throws Exception {
        SocketClient client = client(options());
        client.connect();
        RawPeer peer = accept();
        seen.await("connect");
        client.send("last");
        client.close();
        client.close();
        assertThat(client.send("more")).isFalse();
        peer.send("6c617465");
        assertThat(peer.readToEnd()).isEqualTo("6c617374");
        peer.close();
        Await.value(client.closed());
        assertThat(seen.events())
                .containsExactlyInAnyOrder(
                        "connect", "error Socket is closed. Cannot send data.", "disconnect", "close");
        assertThat(client.send("after")).isFalse();
        assertThat(seen.await(5)).endsWith("error Socket is closed. Cannot send data.");
    }

    @Test
    @Checklist("AS 47")
    void closeDuringConnectPreventsOpen() {
        ManualEventLoop loop = ManualEventLoop.create();
        InMemoryTransport transport = InMemoryTransport.on(loop);
        SocketClient client = client(SocketClient.builder("peer.example", 4000)
                .dispatch(Dispatch.on(Runnable::run))
                .transport(transport, loop));
        CompletableFuture<Void> connected = client.connect();
        client.send("never");
        loop.runReady();
        client.close();
        loop.advance(Duration.ofMinutes(1));
        assertThat(transport.attempts()).isEqualTo(1);
        assertThat(seen.events()).containsExactly("close");
        assertThat(Await.failure(connected)).isInstanceOf(ClosedException.class);
        Await.value(client.closed());
    }

    @Test
    @Checklist("AS 47")
    void closeBeforeConnectEmitsClose() {
        SocketClient client = client(options());
        client.close();
        Await.value(client.closed());
        assertThat(seen.events()).containsExactly("close");
    }

    @Test
    @Checklist("AS 48")
    void idleTimeoutClosesOnlyIdleConnection() {
        ManualEventLoop loop = ManualEventLoop.create();
        InMemoryTransport transport = InMemoryTransport.on(loop);
        SocketServer echo = SocketServer.builder("peer.example", 4000)
                .dispatch(Dispatch.on(Runnable::run))
                .transport(transport, loop)
                .build();
        List<Socket> accepted = new ArrayList<>();
        echo.onConnection(accepted::add);
        echo.listen();
        loop.runReady();
        SocketClient client = client(SocketClient.builder("peer.example", 4000)
                .idleTimeout(Duration.ofSeconds(1))
                .dispatch(Dispatch.on(Runnable::run))
                .transport(transport, loop));
        List<CloseReason> reasons = new ArrayList<>();
        client.onDisconnect(reasons::add);
        client.connect();
        loop.runReady();
        for (int i = 0; i < 5; i++) {
            loop.advance(Duration.ofMillis(900));
            client.send("x");
            loop.advance(Duration.ofMillis(900));
            accepted.getFirst().send("y");
            loop.runReady();
        }
        assertThat(reasons).isEmpty();
        loop.advance(Duration.ofMillis(999));
        assertThat(reasons).isEmpty();
        loop.advance(Duration.ofMillis(2));
        assertThat(reasons).hasSize(1);
        assertThat(((CloseReason.Failed) reasons.getFirst()).cause()).isInstanceOf(DeadlineExceededException.class);
        assertThat(seen.events()).doesNotContain("error").endsWith("close");
    }

    @Test
    @Checklist("AS 49")
    void clientsDoNotShareOptions() throws Exception {
        SocketClient.Builder options = options().send(DataType.BYTE);
        SocketClient first = client(options);
        SocketClient second = client(options.send(DataType.INT).framed());
        first.connect();
        RawPeer one = accept();
        second.connect();
        RawPeer two = accept();
        first.send(1);
        second.send(1);
        assertThat(one.read(1)).isEqualTo("01");
        assertThat(two.read(5)).isEqualTo("0400000001");
    }

    @Test
    void furtherConnectCallsReturnOutcomeOfFirst() throws Exception {
        SocketClient client = client(options());
        CompletableFuture<Void> first = client.connect();
        CompletableFuture<Void> second = client.connect();
        accept();
        Await.value(first);
        Await.value(second);
        assertThat(client.connect()).isCompleted();
        assertThat(seen.events()).containsExactly("connect");
    }

    @Test
    void invalidOptionsFailInBuilder() {
        assertThatThrownBy(() -> SocketClient.builder("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SocketClient.builder(65536)).hasMessage("port: 65536 (expected: 0 to 65535)");
        assertThatThrownBy(() -> options().reconnectAttempts(-2))
                .hasMessage("reconnectAttempts: -2 (expected: >= 0, or -1 for unlimited)");
        assertThatThrownBy(() -> options().maxUnsentMessages(-1))
                .hasMessage("maxUnsentMessages: -1 (expected: >= 0, 0 for no limit)");
        assertThatThrownBy(() -> options().receiveBufferSize(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options().maxImagePixels(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void firstUnsentItemMayExceedTheLimit() {
        SocketClient client = client(options().maxUnsentMessages(0).maxQueuedBytes(10));
        assertThat(client.send("x".repeat(20))).isTrue();
        assertThat(client.send("y")).isFalse();
    }

    /** As a thread that sends while another one closes the client. */
    @Test
    void itemIsRejectedWhenTheClientHasEndedMeanwhile() {
        DefaultSocketClient client = (DefaultSocketClient) client(options());
        client.ended();
        assertThat(client.send("late")).isFalse();
        assertThat(client.queuedBytes()).isZero();
        assertThat(client.stats().drops()).containsEntry(DropReason.AFTER_CLOSE, 1L);
    }
}
