package io.heliograph.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.realtime.client.ClientConfig;
import io.heliograph.realtime.server.ServerConfig;
import io.heliograph.realtime.session.Batcher;
import java.net.URI;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The defaults of a client and a server of this library, which must accept what the other sends. */
class DefaultsTest {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final ServerConfig.Limits limits = RealtimeServer.builder().limits();
    private final ClientConfig client = TestOptions.config(RealtimeClient.builder(URI.create("ws://localhost:8000")));

    private static RealtimeServer listening(RealtimeServer.Builder options) {
        RealtimeServer server = options.host("127.0.0.1").port(0).build();
        server.listen().orTimeout(20, TimeUnit.SECONDS).join();
        return server;
    }

    private static RealtimeClient.Builder client(RealtimeServer server) {
        return RealtimeClient.builder(URI.create("ws://127.0.0.1:" + server.port()));
    }

    @Test
    void serverAcceptsBatchesOfClient() {
        assertThat(Batcher.MAX_PACKETS).isLessThanOrEqualTo(limits.maxBatchLength());
        assertThat(limits.maxChannels()).isLessThanOrEqualTo(limits.maxBatchLength());
    }

    @Test
    void clientAcceptsBatchesOfServer() {
        assertThat(Batcher.MAX_BYTES).isLessThanOrEqualTo(client.endpoint().maxMessageBytes());
    }

    @Test
    void serverAcceptsBurstOfReconnectedClient() {
        long packets = 1L + limits.maxChannels() + client.maxQueuedEvents();
        assertThat(limits.messages().burstNanos())
                .isGreaterThanOrEqualTo((long) (packets * limits.messages().nanosPerUnit()));
        long bytes = (long) client.endpoint().maxQueuedBytes() + Batcher.MAX_BYTES;
        assertThat(limits.bytes().burstNanos())
                .isGreaterThanOrEqualTo((long) (bytes * limits.bytes().nanosPerUnit()));
    }

    @Test
    void clientReconnectsWithinAckTimeout() {
        AutoReconnectOptions options = AutoReconnectOptions.defaults();
        assertThat(options.initialDelay().plus(options.randomness()).multipliedBy(2))
                .isLessThanOrEqualTo(client.ackTimeout());
    }

    @Test
    void batchLengthIsNotBelowChannelLimit() {
        assertThat(RealtimeServer.builder().socketChannelLimit(50_000).limits().maxBatchLength())
                .isEqualTo(50_000);
        assertThat(RealtimeServer.builder()
                        .socketChannelLimit(0)
                        .maxBatchLength(5)
                        .limits()
                        .maxBatchLength())
                .isEqualTo(5);
        assertThatThrownBy(() -> RealtimeServer.builder().maxBatchLength(999).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxBatchLength: 999 (expected: at least 1000, the socketChannelLimit)");
    }

    @Test
    void allEventsOfBatchesOfClientArrive() throws Exception {
        CountDownLatch received = new CountDownLatch(3000);
        try (var server = listening(RealtimeServer.builder())) {
            server.onConnection(socket -> socket.onReceiver("a", Integer.class, n -> received.countDown()));
            try (var client = client(server).build()) {
                client.connect().join();
                client.startBatching();
                for (int i = 0; i < 3000; i++) {
                    client.transmit("a", i);
                }
                assertThat(received.await(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void allEventsOfBatchesOfServerArrive() throws Exception {
        CountDownLatch received = new CountDownLatch(3000);
        try (var server = listening(RealtimeServer.builder())) {
            try (var client = client(server).build()) {
                client.onReceiver("a", Integer.class, n -> received.countDown());
                client.connect().join();
                RealtimeSocket socket = server.connections().iterator().next();
                socket.startBatching();
                for (int i = 0; i < 3000; i++) {
                    socket.transmit("a", i);
                }
                assertThat(received.await(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void longEventsOfBatchesArrive() throws Exception {
        CountDownLatch received = new CountDownLatch(20);
        String text = "x".repeat(300_000);
        try (var server = listening(RealtimeServer.builder())) {
            server.onConnection(socket -> socket.onReceiver("a", String.class, n -> received.countDown()));
            try (var client = client(server).build()) {
                client.connect().join();
                client.startBatching();
                for (int i = 0; i < 20; i++) {
                    client.transmit("a", text);
                }
                assertThat(received.await(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void oneSubscriptionBeyondLimitIsRefusedAlone() {
        AtomicInteger subscribed = new AtomicInteger();
        Queue<String> ends = new ConcurrentLinkedQueue<>();
        try (var server = listening(RealtimeServer.builder())) {
            server.on(ServerEvent.Subscription.class, event -> subscribed.incrementAndGet());
            server.on(ServerEvent.Closure.class, event -> ends.add("closed " + event.code()));
            try (var client = client(server).batchOnHandshake(true).build()) {
                CountDownLatch refused = new CountDownLatch(1);
                client.on(ClientEvent.SubscribeFail.class, event -> refused.countDown());
                for (int i = 0; i < 1001; i++) {
                    client.subscribe("c" + i);
                }
                client.connect().join();
                await().atMost(DEADLINE).until(() -> subscribed.get() == 1000 && refused.getCount() == 0);
                assertThat(ends).isEmpty();
                assertThat(server.connections().iterator().next().subscriptions())
                        .hasSize(1000);
            }
        }
    }

    @Test
    void allEventsQueuedBeforeConnectionArrive() throws Exception {
        CountDownLatch received = new CountDownLatch(10_000);
        try (var server = listening(RealtimeServer.builder())) {
            server.onConnection(socket -> socket.onReceiver("a", Integer.class, n -> received.countDown()));
            try (var client = client(server).build()) {
                for (int i = 0; i < 1000; i++) {
                    client.subscribe("c" + i);
                }
                for (int i = 0; i < 10_000; i++) {
                    client.transmit("a", i);
                }
                client.connect().join();
                assertThat(received.await(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
