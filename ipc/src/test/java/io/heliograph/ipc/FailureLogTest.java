package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Delay;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import io.heliograph.testkit.StandardError;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Log of exceptions of listeners and of text that peers send. */
class FailureLogTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private IpcServer listening() {
        IpcServer server = IpcServer.builder(scratch.folder().resolve("s")).build();
        scratch.closing(() -> Await.value(server.closeGracefully(Duration.ofSeconds(5))));
        Await.value(server.listen());
        return server;
    }

    private IpcClient connected() {
        IpcClient client =
                scratch.closing(IpcClient.builder(scratch.folder().resolve("s")).build());
        Await.value(client.connect());
        return client;
    }

    @Test
    void exceptionOfListenerIsLoggedOnceWithTopicConnectionAndStack() {
        IpcServer server = listening();
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        server.onError(errors::add);
        server.topic("sum").on((message, from) -> {
            throw new IllegalStateException("mine");
        });
        try (StandardError log = new StandardError()) {
            IpcClient client = connected();
            for (int i = 0; i < 100; i++) {
                client.send("sum", i);
            }
            await().until(() -> errors.size() == 100);
            String id = server.connections().iterator().next().id();
            assertThat(log.text())
                    .containsOnlyOnce("User code failed: topic=sum connection=client " + id)
                    .containsOnlyOnce("java.lang.IllegalStateException: mine")
                    .contains("at io.heliograph.ipc.FailureLogTest");
        }
    }

    @Test
    void exceptionsOfOtherListenersNameTheirEvent() {
        IpcServer server = listening();
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        server.onError(errors::add);
        server.onConnection(connection -> {
            throw new IllegalStateException("mine");
        });
        server.onMessage((message, from) -> {
            throw new IllegalArgumentException("mine");
        });
        try (StandardError log = new StandardError()) {
            connected().send("any", 1);
            await().until(() -> errors.size() == 2);
            assertThat(log.text())
                    .contains("User code failed: listener=onConnection connection=client ")
                    .contains("User code failed: topic=any connection=client ");
        }
    }

    @Test
    void textOfPeerIsEscapedInErrors() throws Exception {
        IpcServer server = listening();
        List<Throwable> errors = new ArrayList<>();
        server.onError(errors::add);
        try (SocketChannel peer = Sockets.connect(scratch.folder().resolve("s"))) {
            Sockets.send(peer, "{\"topic\":\"\u001b[31mred\u202e\",\"message\":\"" + "x".repeat(2 << 20));
            Sockets.expectEnd(peer);
        } catch (IOException closed) {
            // As good: the server has closed the connection.
        }
        await().until(() -> errors.size() == 1);
        assertThat(errors.getFirst().getMessage())
                .contains("a message with topic '\\u001b[31mred\\u202e'")
                .doesNotContain("\u001b", "\u202e");
    }

    @Test
    void failedAttemptsAreLoggedWithAddressAndCause() {
        Path missing = scratch.folder().resolve("missing");
        try (StandardError log = new StandardError()) {
            IpcClient client = scratch.closing(IpcClient.builder(missing)
                    .retryDelay(Delay.fixed(Duration.ofMillis(1)))
                    .maxAttempts(20)
                    .build());
            Await.failure(client.connect());
            assertThat(log.text()).containsOnlyOnce("Connection attempt failed: unix:" + missing + ": ");
        }
    }
}
