package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.Endpoint;
import io.heliograph.EndpointStats;
import io.heliograph.Overflow;
import io.heliograph.channel.MessageChannel;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcServer;
import io.heliograph.socket.Socket;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The counters of the endpoints under load, compared with what the test itself has sent and received, and with each other. */
class CountersTest {

    private static final int THREADS = 4;
    private static final int MESSAGES = 1000;
    private static final int TOTAL = THREADS * MESSAGES;

    @TempDir
    Path directory;

    private final List<Endpoint> open = new ArrayList<>();
    private final LongAdder received = new LongAdder();

    @AfterEach
    void close() {
        for (Endpoint each : open.reversed()) {
            each.close();
            value(each.closed());
        }
    }

    private <C extends Endpoint> C opened(C endpoint) {
        open.add(endpoint);
        return endpoint;
    }

    /** Sends strings of 1 to {@value #MESSAGES} characters from several threads, and waits until all have arrived. */
    private void load(IntFunction<Object> send) throws InterruptedException {
        received.reset();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 1; i <= MESSAGES; i++) {
                    assertThat(send.apply(i)).isNotEqualTo(false);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        await().untilAsserted(() -> assertThat(received.sum()).isEqualTo(TOTAL));
    }

    private static String data(int length) {
        return "x".repeat(length);
    }

    /** Asserts that each end counts as received what the other end counts as sent, and that nothing was dropped. */
    private static void assertAgree(Endpoint one, Endpoint other) {
        await().untilAsserted(() -> {
            EndpointStats first = one.stats();
            EndpointStats second = other.stats();
            assertThat(first.messagesSent()).isEqualTo(second.messagesReceived());
            assertThat(second.messagesSent()).isEqualTo(first.messagesReceived());
            assertThat(first.bytesSent()).isEqualTo(second.bytesReceived());
            assertThat(second.bytesSent()).isEqualTo(first.bytesReceived());
            assertThat(first.queuedBytes()).isZero();
            assertThat(second.queuedBytes()).isZero();
            assertThat(first.drops()).isEmpty();
            assertThat(second.drops()).isEmpty();
            assertThat(first.connections()).isEqualTo(1);
            assertThat(second.connections()).isEqualTo(1);
        });
    }

    @Test
    void ipcCountsEachMessageOfBothDirections() throws Exception {
        IpcServer server = opened(IpcServer.builder(directory.resolve("s")).build());
        server.onMessage((message, client) -> received.increment());
        value(server.listen());
        IpcClient client = opened(IpcClient.builder(server.socketFile()).build());
        client.onMessage(message -> received.increment());
        CompletableFuture<Void> accepted = new CompletableFuture<>();
        server.onConnection(connection -> accepted.complete(null));
        value(client.connect());
        value(accepted);

        load(i -> client.send("up", data(i)));
        load(i -> server.broadcast("down", data(i)) == 1);

        assertThat(client.stats().messagesSent()).isEqualTo(TOTAL);
        assertThat(server.stats().messagesSent()).isEqualTo(TOTAL);
        // {"topic":"up","message":"…"}
        long lengths = (long) THREADS * MESSAGES * (MESSAGES + 1) / 2;
        assertThat(client.stats().bytesSent())
                .isEqualTo(lengths + TOTAL * (long) "{\"topic\":\"up\",\"message\":\"\"}".length());
        assertAgree(server, client);
    }

    @Test
    void ipcCountsEachMessageThatIsRejected() throws Exception {
        IpcServer server = opened(
                IpcServer.builder(directory.resolve("s")).maxPendingMessages(1).build());
        CompletableFuture<Void> release = new CompletableFuture<>();
        server.onMessage((message, client) -> {
            release.join();
            received.increment();
        });
        value(server.listen());
        IpcClient client = opened(IpcClient.builder(server.socketFile())
                .slowConsumer(Overflow.REFUSE)
                .maxQueuedBytes(100_000)
                .build());
        value(client.connect());
        AtomicInteger rejected = new AtomicInteger();
        for (int i = 0; i < 2000; i++) {
            if (!client.send("up", data(1000))) {
                rejected.incrementAndGet();
            }
        }
        release.complete(null);

        assertThat(rejected).hasPositiveValue();
        await().untilAsserted(() -> assertThat(received.sum()).isEqualTo(2000 - rejected.get()));
        assertThat(client.stats().drops(DropReason.QUEUE_FULL)).isEqualTo(rejected.get());
        assertThat(client.stats().messagesSent()).isEqualTo(2000 - rejected.get());
        assertThat(server.stats().messagesReceived()).isEqualTo(2000 - rejected.get());
    }

    @Test
    void rpcCountsEachRequestResponseAndEvent() throws Exception {
        RpcServer server = opened(RpcServer.builder().host("127.0.0.1").port(0).build());
        server.method("echo", String[].class).handle((data, caller) -> data[0]);
        server.event("e");
        value(server.listen());
        RpcClient client = opened(
                RpcClient.builder(URI.create("ws://127.0.0.1:" + server.port())).build());
        client.events("e", String.class).on(data -> received.increment());
        value(client.connect());
        value(client.subscribe("e"));

        load(i -> client.call("echo", List.of(data(i)), String.class).thenRun(received::increment));
        load(i -> server.emit("e", data(i)) == 1);

        assertThat(client.stats().messagesSent()).isEqualTo(1 + TOTAL);
        assertThat(server.stats().messagesSent()).isEqualTo(1 + TOTAL + TOTAL);
        assertAgree(server, client);
    }

    @Test
    void realtimeCountsEachPacketOfBothDirections() throws Exception {
        RealtimeServer server = opened(RealtimeServer.builder()
                .host("127.0.0.1")
                .port(0)
                .pingInterval(Duration.ofMillis(50))
                .maxQueuedBytes(16 << 20)
                .build());
        server.onConnection(socket -> socket.onReceiver("up", String.class, data -> received.increment()));
        value(server.listen());
        RealtimeClient client = opened(RealtimeClient.builder(URI.create("ws://127.0.0.1:" + server.port()))
                .build());
        CountDownLatch pings = new CountDownLatch(3);
        client.on(ClientEvent.Message.class, message -> {
            if (message.message().length() == 0) {
                pings.countDown();
            }
        });
        value(client.connect());
        var channel = client.subscribe("news", String.class);
        value(channel.subscribed());
        channel.on(data -> received.increment());

        load(i -> client.transmit("up", data(i)));
        load(i -> server.exchange().publish("news", data(i)));

        assertThat(pings.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(client.stats().messagesSent())
                .as("requests, events and pongs")
                .isGreaterThanOrEqualTo(2 + TOTAL + 2);
        assertAgree(server, client);
    }

    @Test
    void socketCountsEachItemOfBothDirections() throws Exception {
        SocketServer server =
                opened(SocketServer.builder("127.0.0.1", 0).framed().build());
        CompletableFuture<Socket> accepted = new CompletableFuture<>();
        server.onConnection(socket -> {
            socket.onData(data -> received.increment());
            accepted.complete(socket);
        });
        value(server.listen());
        SocketClient client =
                opened(SocketClient.builder("127.0.0.1", server.port()).framed().build());
        client.onData(data -> received.increment());
        value(client.connect());

        load(i -> client.send(data(i)));
        load(i -> value(accepted).send(data(i)));

        assertThat(client.stats().messagesSent()).isEqualTo(TOTAL);
        assertThat(server.stats().messagesSent()).isEqualTo(TOTAL);
        assertAgree(server, client);
    }

    @Test
    void channelCountsEachMessageOnce() throws Exception {
        List<MessageChannel> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MessageChannel member =
                    opened(MessageChannel.builder("c").directory(directory).build());
            member.onMessage(message -> received.increment());
            value(member.connect());
            members.add(member);
        }
        await().untilAsserted(() -> assertThat(members)
                .allSatisfy(each -> assertThat(each.members()).hasSize(2)));
        MessageChannel sender = members.get(1);
        received.reset();

        for (int i = 1; i <= MESSAGES; i++) {
            assertThat(sender.send("t", data(i))).isTrue();
        }

        await().untilAsserted(() -> assertThat(received.sum()).isEqualTo(2 * MESSAGES));
        await().untilAsserted(() -> {
            assertThat(sender.stats().messagesSent()).isEqualTo(MESSAGES);
            assertThat(members.get(0).stats().messagesReceived()).isEqualTo(MESSAGES);
            assertThat(members.get(2).stats().messagesReceived()).isEqualTo(MESSAGES);
            assertThat(members)
                    .allSatisfy(each -> assertThat(each.stats().drops()).isEmpty());
        });
    }
}
