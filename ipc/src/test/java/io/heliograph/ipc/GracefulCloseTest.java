package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
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

/** Ends of servers and clients whose listeners are slow or never return. On real socket files. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway.Init") // assigned before each test
class GracefulCloseTest {

    private static final int MESSAGES = 50;
    private static final Duration LONG = Duration.ofSeconds(20);

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
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

    @AfterEach
    void release() {
        release.countDown();
    }

    private void block() {
        entered.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void serverAnswersPendingMessagesBeforeItCloses() throws Exception {
        client.topic("answer").on(answer -> answers.add(answer.text()));
        server.topic("ask").on((question, from) -> {
            block();
            assertThat(from.send("answer", question)).isTrue();
        });
        for (int i = 0; i < MESSAGES; i++) {
            client.send("ask", i);
        }
        entered.await();
        await().until(() -> server.stats().messagesReceived() == MESSAGES);
        var closed = server.closeGracefully(LONG);
        release.countDown();
        Await.value(closed);
        await().until(() -> answers.size() == MESSAGES);
        assertThat(server.broadcast("late", 1)).isZero();
    }

    @Test
    void clientAnswersPendingMessagesBeforeItCloses() throws Exception {
        server.topic("answer").on((answer, from) -> answers.add(answer.text()));
        client.topic("ask").on(question -> {
            block();
            assertThat(client.send("answer", question)).isTrue();
        });
        for (int i = 0; i < MESSAGES; i++) {
            server.broadcast("ask", i);
        }
        entered.await();
        await().until(() -> client.stats().messagesReceived() == MESSAGES);
        var closed = client.closeGracefully(LONG);
        release.countDown();
        Await.value(closed);
        await().until(() -> answers.size() == MESSAGES);
        assertThat(client.send("late", 1)).isFalse();
    }

    @Test
    void serverClosesAlthoughListenerNeverReturns() throws Exception {
        server.topic("ask").on((question, from) -> block());
        client.send("ask", 1);
        client.send("ask", 2);
        entered.await();
        Await.value(server.closeGracefully(Duration.ofMillis(200)));
        assertThat(scratch.folder()).isEmptyDirectory();
    }

    @Test
    void clientClosesAlthoughListenerNeverReturns() throws Exception {
        client.topic("ask").on(question -> block());
        server.broadcast("ask", 1);
        entered.await();
        Await.value(client.closeGracefully(Duration.ofMillis(200)));
    }
}
