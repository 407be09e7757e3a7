package io.heliograph.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.testkit.Await;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches of one end of this library fit the default limits of the other end. */
class BatchFitTest {

    private final RealtimeServer server =
            RealtimeServer.builder().host("127.0.0.1").port(0).build();
    private final AtomicInteger received = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();

    @AfterEach
    void close() {
        server.close();
    }

    private RealtimeClient connect(Consumer<RealtimeClient.Builder> options) {
        server.onConnection(socket -> {
            connections.incrementAndGet();
            socket.onReceiver("count", String.class, text -> received.incrementAndGet());
        });
        Await.value(server.listen());
        RealtimeClient.Builder builder = RealtimeClient.builder(URI.create("ws://127.0.0.1:" + server.port()));
        options.accept(builder);
        return builder.build();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 300_000})
    void clientBatchFitsServer(int length) {
        int events = length == 1 ? 3000 : length == 1000 ? 2500 : 30;
        try (RealtimeClient client = connect(options -> {})) {
            Await.value(client.connect());
            client.startBatching();
            String text = "x".repeat(length);
            for (int i = 0; i < events; i++) {
                assertThat(client.transmit("count", text)).isTrue();
            }
            await().until(() -> received.get() == events);
            assertThat(client.isConnected()).isTrue();
            assertThat(connections).hasValue(1);
        }
    }

    @Test
    void serverBatchFitsClient() {
        CompletableFuture<RealtimeSocket> accepted = new CompletableFuture<>();
        server.onConnection(accepted::complete);
        try (RealtimeClient client = connect(options -> {})) {
            client.onReceiver("count", String.class, text -> received.incrementAndGet());
            Await.value(client.connect());
            RealtimeSocket socket = Await.value(accepted);
            socket.startBatching();
            for (int i = 0; i < 3000; i++) {
                socket.transmit("count", "x");
            }
            await().until(() -> received.get() == 3000);
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void handshakeBatchOfAllSubscriptionsFitsServer() {
        int limit = 1000;
        var fast = new AutoReconnectOptions(Duration.ofMillis(1), Duration.ZERO, 1, Duration.ofMillis(1));
        try (RealtimeClient client =
                connect(options -> options.batchOnHandshake(true).autoReconnectOptions(fast))) {
            List<CompletableFuture<Void>> subscribed = new ArrayList<>();
            for (int i = 0; i <= limit; i++) {
                subscribed.add(client.subscribe("channel-" + i).subscribed());
            }
            Await.value(client.connect());
            assertThat(Await.failure(subscribed.removeLast())).hasMessageContaining("channel subscription limit");
            subscribed.forEach(Await::value);
            assertThat(client.subscriptions(false)).hasSize(limit);
            assertThat(connections).hasValue(1);

            client.disconnect(4000, "again");
            await().until(() -> client.subscriptions(false).size() == limit);
            assertThat(connections).hasValue(2);
        }
    }
}
