package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.testkit.Await;
import io.heliograph.testkit.ListenerGate;
import io.heliograph.testkit.Scratch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ends of servers and clients whose listeners are slow or never return. On real socket files. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway.Init") // assigned before each test
class GracefulCloseTest {

    private static final int MESSAGES = 50;
    private static final Duration LONG = Duration.ofSeconds(20);

    @RegisterExtension
    final Scratch scratch = new Scratch();

    @RegisterExtension
    final ListenerGate gate = new ListenerGate();

    private final List<String> answers = new CopyOnWriteArrayList<>();
    private IpcServer server;
    private IpcClient client;

    @BeforeEach
    void connect() {
        server = IpcServer.builder(scratch.folder().resolve("s")).build();
        client = IpcClient.builder(scratch.folder().resolve("s")).build();
        scratch.closing(server);
        scratch.closing(client);
        Await.value(server.listen());
        Await.value(client.connect());
        await().until(() -> !server.connections().isEmpty());
    }

    @Test
    void serverAnswersPendingMessagesBeforeItCloses() throws Exception {
        client.topic("answer").on(answer -> answers.add(answer.text()));
        server.topic("ask").on((question, from) -> {
            gate.pass();
            assertThat(from.send("answer", question)).isTrue();
        });
        for (int i = 0; i < MESSAGES; i++) {
            client.send("ask", i);
        }
        gate.awaitListener();
        await().until(() -> server.stats().messagesReceived() == MESSAGES);
        var closed = server.closeGracefully(LONG);
        gate.open();
        Await.value(closed);
        await().until(() -> answers.size() == MESSAGES);
        assertThat(server.broadcast("late", 1)).isZero();
    }

    @Test
    void clientAnswersPendingMessagesBeforeItCloses() throws Exception {
        server.topic("answer").on((answer, from) -> answers.add(answer.text()));
        client.topic("ask").on(question -> {
            gate.pass();
            assertThat(client.send("answer", question)).isTrue();
        });
        for (int i = 0; i < MESSAGES; i++) {
            server.broadcast("ask", i);
        }
        gate.awaitListener();
        await().until(() -> client.stats().messagesReceived() == MESSAGES);
        var closed = client.closeGracefully(LONG);
        gate.open();
        Await.value(closed);
        await().until(() -> answers.size() == MESSAGES);
        assertThat(client.send("late", 1)).isFalse();
    }

    @Test
    void serverClosesAlthoughListenerNeverReturns() throws Exception {
        server.topic("ask").on((question, from) -> gate.pass());
        client.send("ask", 1);
        client.send("ask", 2);
        gate.awaitListener();
        Await.value(server.closeGracefully(Duration.ofMillis(200)));
        assertThat(scratch.folder()).isEmptyDirectory();
    }

    @Test
    void clientClosesAlthoughListenerNeverReturns() throws Exception {
        client.topic("ask").on(question -> gate.pass());
        server.broadcast("ask", 1);
        gate.awaitListener();
        Await.value(client.closeGracefully(Duration.ofMillis(200)));
    }
}
