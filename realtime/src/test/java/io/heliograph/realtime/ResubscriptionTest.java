package io.heliograph.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.EndpointStats;
import io.heliograph.testkit.Await;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cost of the subscriptions of all clients after a restart of their server. The system property {@code resubscription.clients} sets the
 * number of clients, such as 10000.
 */
class ResubscriptionTest {

    private static final int CLIENTS = Integer.getInteger("resubscription.clients", 100);
    private static final int CHANNELS = 20;

    private static RealtimeServer server(int port, AtomicInteger connections) {
        RealtimeServer server = RealtimeServer.builder()
                .host("127.0.0.1")
                .port(port)
                .pingInterval(Duration.ofMinutes(5))
                .pingTimeout(Duration.ofMinutes(10))
                .build();
        server.onConnection(socket -> connections.incrementAndGet());
        Await.value(server.listen());
        return server;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void restartCostsOneHandshakeAndItsSubscriptions(boolean batch) {
        AtomicInteger connections = new AtomicInteger();
        RealtimeServer first = server(0, connections);
        List<RealtimeClient> clients = new ArrayList<>();
        List<RealtimeChannel<?>> channels = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                RealtimeClient client = RealtimeClient.builder(URI.create("ws://127.0.0.1:" + first.port()))
                        .batchOnHandshake(batch)
                        .autoReconnectOptions(new AutoReconnectOptions(
                                Duration.ofMillis(500), Duration.ofMillis(200), 1, Duration.ofSeconds(1)))
                        .connect();
                clients.add(client);
                for (int n = 0; n < CHANNELS; n++) {
                    channels.add(client.subscribe("channel-" + n));
                }
            }
            channels.forEach(channel -> Await.value(channel.subscribed()));
            assertThat(connections).hasValue(CLIENTS);

            Await.value(first.closeGracefully(Duration.ofSeconds(5)));
            await().until(() -> clients.stream().noneMatch(RealtimeClient::isConnected));
            List<CompletableFuture<Void>> again =
                    channels.stream().map(RealtimeChannel::subscribed).toList();
            assertThat(again).noneMatch(CompletableFuture::isDone);
            try (RealtimeServer second = server(first.port(), connections)) {
                again.forEach(Await::value);
                assertThat(connections).hasValue(2 * CLIENTS);
                assertThat(clients)
                        .allMatch(client -> client.subscriptions(false).size() == CHANNELS);

                // A handshake of 60 bytes and subscriptions of 92 bytes with their positions, in one batch or one
                // message each.
                EndpointStats stats = second.stats();
                assertThat(stats.messagesReceived()).isLessThanOrEqualTo(CLIENTS * (batch ? 2L : 1L + CHANNELS));
                assertThat(stats.bytesReceived()).isLessThanOrEqualTo(CLIENTS * (60L + CHANNELS * 92L));
            }
        } finally {
            clients.forEach(RealtimeClient::close);
            first.close();
        }
    }
}
