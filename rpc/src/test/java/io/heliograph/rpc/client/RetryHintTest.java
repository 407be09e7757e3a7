package io.heliograph.rpc.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcServer;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryHintTest {

    @ParameterizedTest
    @CsvSource({"retry=0, 0", "retry=1500, 1500", "retry=60001, 60000", "retry=999999999, 60000"})
    void reasonSelectsTheDelay(String reason, long millis) {
        assertThat(RetryHint.of(new CloseReason.Remote(1012, reason))).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "retry=", "retry=-1", "retry=1s", "retry=9999999999", "please retry=1"})
    void otherReasonsSelectNone(String reason) {
        assertThat(RetryHint.of(new CloseReason.Remote(1012, reason))).isNull();
    }

    @Test
    void otherCodesSelectNone() {
        assertThat(RetryHint.of(new CloseReason.Remote(1001, "retry=0"))).isNull();
        assertThat(RetryHint.of(new CloseReason.Local())).isNull();
    }

    @Test
    void clientConnectsAgainAfterTheDelay() {
        AtomicInteger connections = new AtomicInteger();
        CompletableFuture<Void> again = new CompletableFuture<>();
        try (RpcServer server = RpcServer.builder().port(0).build()) {
            server.onConnection(socket -> {
                if (connections.incrementAndGet() == 1) {
                    socket.close(1012, "retry=1");
                } else {
                    again.complete(null);
                }
            });
            server.listen().join();
            try (RpcClient client = RpcClient.builder(URI.create("ws://127.0.0.1:" + server.port()))
                    .reconnectInterval(Duration.ofHours(1))
                    .build()) {
                client.connect().join();
                again.orTimeout(20, TimeUnit.SECONDS).join();
            }
        }
    }
}
