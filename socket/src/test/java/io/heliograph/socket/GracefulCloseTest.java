package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.testkit.Await;
import io.heliograph.testkit.ListenerGate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ends of servers and clients whose listeners are slow or never return. On real sockets. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway.Init") // assigned before each test
class GracefulCloseTest {

    private static final int ITEMS = 50;
    private static final Duration LONG = Duration.ofSeconds(20);

    @RegisterExtension
    final ListenerGate gate = new ListenerGate();

    private final List<Object> answers = new CopyOnWriteArrayList<>();
    private final CountDownLatch connected = new CountDownLatch(1);
    private SocketServer server;
    private SocketClient client;
    private volatile Socket accepted;

    @BeforeEach
    void connect() throws Exception {
        server = SocketServer.builder(RawPeer.HOST, 0)
                .receive(DataType.JSON)
                .send(DataType.JSON)
                .build();
        server.onConnection(socket -> {
            accepted = socket;
            connected.countDown();
        });
        Await.value(server.listen());
        client = SocketClient.builder(RawPeer.HOST, server.port())
                .receive(DataType.JSON)
                .send(DataType.JSON)
                .build();
        Await.value(client.connect());
        connected.await();
    }

    @AfterEach
    void close() {
        gate.open();
        client.close();
        Await.value(server.closeGracefully(Duration.ofSeconds(1)));
    }

    @Test
    void serverAnswersPendingItemsBeforeItCloses() throws Exception {
        client.onData(answers::add);
        accepted.onData(item -> {
            gate.pass();
            assertThat(accepted.send(item)).isTrue();
        });
        for (int i = 0; i < ITEMS; i++) {
            client.send(List.of(i));
        }
        gate.awaitListener();
        await().until(() -> server.stats().messagesReceived() == ITEMS);
        var closed = server.closeGracefully(LONG);
        gate.open();
        Await.value(closed);
        await().until(() -> answers.size() == ITEMS);
    }

    @Test
    void clientAnswersPendingItemsBeforeItCloses() throws Exception {
        accepted.onData(answers::add);
        client.onData(item -> {
            gate.pass();
            assertThat(client.send(item)).isTrue();
        });
        for (int i = 0; i < ITEMS; i++) {
            accepted.send(List.of(i));
        }
        gate.awaitListener();
        await().until(() -> client.stats().messagesReceived() == ITEMS);
        var closed = client.closeGracefully(LONG);
        gate.open();
        Await.value(closed);
        await().until(() -> answers.size() == ITEMS);
        assertThat(client.send(List.of())).isFalse();
    }

    @Test
    void serverClosesAlthoughListenerNeverReturns() throws Exception {
        accepted.onData(item -> gate.pass());
        client.send(List.of(1));
        gate.awaitListener();
        Await.value(server.closeGracefully(Duration.ofMillis(200)));
    }

    @Test
    void clientClosesAlthoughListenerNeverReturns() throws Exception {
        client.onData(item -> gate.pass());
        accepted.send(List.of(1));
        gate.awaitListener();
        Await.value(client.closeGracefully(Duration.ofMillis(200)));
    }
}
