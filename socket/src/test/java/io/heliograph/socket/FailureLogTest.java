package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.testkit.Await;
import io.heliograph.testkit.StandardError;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Log of exceptions of listeners and of failed attempts to connect. */
class FailureLogTest {

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final SocketServer server =
            SocketServer.builder(RawPeer.HOST, 0).receive(DataType.JSON).build();

    @AfterEach
    void close() {
        Await.value(server.closeGracefully(Duration.ZERO));
    }

    @Test
    void exceptionOfListenerIsLoggedOnceWithAddressAndStack() {
        server.onError(errors::add);
        server.onConnection(socket -> socket.onData(item -> {
            throw new IllegalStateException("mine");
        }));
        Await.value(server.listen());
        SocketClient client = SocketClient.builder(RawPeer.HOST, server.port())
                .send(DataType.JSON)
                .build();
        try (StandardError log = new StandardError()) {
            Await.value(client.connect());
            for (int i = 0; i < 100; i++) {
                client.send(List.of(i));
            }
            await().until(() -> errors.size() == 100);
            assertThat(log.text())
                    .containsOnlyOnce("User code failed: listener=onData connection=tcp://127.0.0.1:")
                    .containsOnlyOnce("java.lang.IllegalStateException: mine")
                    .contains("at io.heliograph.socket.FailureLogTest");
        } finally {
            client.close();
        }
    }

    @Test
    void failedAttemptsAreLoggedOnceWithAddressAndCause() {
        Await.value(server.listen());
        int port = server.port();
        Await.value(server.closeGracefully(Duration.ZERO));
        SocketClient client = SocketClient.builder(RawPeer.HOST, port)
                .reconnectAttempts(5)
                .reconnectInterval(Duration.ofMillis(1))
                .build();
        try (StandardError log = new StandardError()) {
            assertThat(Await.failure(client.connect())).hasMessageContaining("tcp://127.0.0.1:" + port);
            assertThat(log.text())
                    .containsOnlyOnce("Connection attempt failed: tcp://127.0.0.1:" + port + ": connection refused");
        }
    }

    @Test
    void onlyAttemptIsNotLogged() {
        Await.value(server.listen());
        int port = server.port();
        Await.value(server.closeGracefully(Duration.ZERO));
        SocketClient client =
                SocketClient.builder(RawPeer.HOST, port).reconnectAttempts(0).build();
        client.onError(errors::add);
        try (StandardError log = new StandardError()) {
            assertThat(Await.failure(client.connect())).hasMessageContaining("gave up after 1 attempt");
            await().until(() -> !errors.isEmpty());
            assertThat(log.text()).doesNotContain("Connection attempt failed");
        }
    }
}
