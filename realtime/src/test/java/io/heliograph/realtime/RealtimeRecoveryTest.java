package io.heliograph.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Address;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.FaultProxy;
import io.heliograph.testkit.FaultProxy.Cut;
import io.heliograph.testkit.FaultProxy.Direction;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recovery of a client over a proxy that cuts its connections. */
class RealtimeRecoveryTest {

    private final List<AutoCloseable> open = new ArrayList<>();
    private RealtimeServer server = RealtimeServer.builder().build();
    private @Nullable FaultProxy proxy;
    private RealtimeClient client = RealtimeClient.builder().build();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        client.close();
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T opened(T opened) {
        open.add(opened);
        return opened;
    }

    private RealtimeServer listen(Consumer<RealtimeServer.Builder> options) {
        RealtimeServer.Builder builder =
                RealtimeServer.builder().host("127.0.0.1").port(0);
        options.accept(builder);
        RealtimeServer started = opened(builder.build());
        Await.value(started.listen());
        return started;
    }

    /** Starts a server, a proxy in front of it and a client behind it. */
    private void start(Consumer<RealtimeServer.Builder> serverOptions, Consumer<RealtimeClient.Builder> clientOptions)
            throws IOException {
        server = listen(serverOptions);
        FaultProxy listening =
                opened(FaultProxy.listen(new Address.Tcp("127.0.0.1", 0), new Address.Tcp("127.0.0.1", server.port())));
        proxy = listening;
        RealtimeClient.Builder builder = RealtimeClient.builder(
                        URI.create("ws://127.0.0.1:" + ((Address.Tcp) listening.address()).port()))
                .autoReconnect(false);
        clientOptions.accept(builder);
        client = builder.build();
        client.onError(failure -> {});
        Await.value(client.connect());
    }

    private FaultProxy proxy() {
        return Objects.requireNonNull(proxy);
    }

    private static void history(RealtimeServer.Builder options) {
        options.history(HistoryLimits.of(1000, Duration.ofMinutes(5)));
    }

    private RealtimeChannel<Object> listening(String channel) {
        RealtimeChannel<Object> subscribed = client.channel(channel, Object.class);
        subscribed.on(data -> log.add(String.valueOf(data)));
        subscribed.on(ChannelEvent.Subscribe.class, event -> log.add(String.valueOf(event.recovery())));
        subscribed.on(ChannelEvent.Gap.class, event -> log.add("gap " + event.reason()));
        return subscribed;
    }

    private RealtimeChannel<Object> subscribed(String channel) {
        RealtimeChannel<Object> subscribed = listening(channel).subscribe();
        Await.value(subscribed.subscribed());
        awaitLog("NotAsked[]");
        log.clear();
        return subscribed;
    }

    private void awaitLog(String... expected) {
        await().untilAsserted(() -> assertThat(log).endsWith(expected[expected.length - 1]));
        assertThat(log).containsExactly(expected);
    }

    private void publish(String channel, int from, int to) {
        IntStream.rangeClosed(from, to)
                .forEach(i -> Await.value(server.exchange().publish(channel, i)));
    }

    private void cut() {
        proxy().cut(Cut.RESET);
        await().until(() -> !client.isConnected());
    }

    private static String[] numbers(String first, int from, int to) {
        List<String> all = new ArrayList<>(List.of(first));
        IntStream.rangeClosed(from, to).forEach(i -> all.add(String.valueOf(i)));
        return all.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reconnectDeliversWhatWasMissedOnceAndInOrder(boolean json) throws IOException {
        RealtimeCodec codec = json ? RealtimeCodec.json() : RealtimeCodec.minBin();
        start(
                options -> {
                    history(options);
                    options.codec(codec);
                },
                options -> options.codec(codec));
        subscribed("a");
        publish("a", 1, 2);
        awaitLog("1", "2");
        log.clear();

        cut();
        publish("a", 3, 102);
        Await.value(client.connect());
        publish("a", 103, 104);
        awaitLog(numbers("Recovered[]", 3, 104));
    }

    @Test
    void twoSecondsWithoutConnectionAreRecovered() throws IOException {
        start(
                RealtimeRecoveryTest::history,
                options -> options.autoReconnect(true)
                        .autoReconnectOptions(new AutoReconnectOptions(
                                Duration.ofSeconds(2), Duration.ZERO, 1, Duration.ofSeconds(2))));
        subscribed("a");
        long start = System.nanoTime();
        cut();
        publish("a", 1, 50);
        await().until(client::isConnected);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        awaitLog(numbers("Recovered[]", 1, 50));
    }

    @Test
    void publicationsBeyondHistoryAreReportedLost() throws IOException {
        start(options -> options.history(HistoryLimits.of(2, Duration.ofMinutes(5))), options -> {});
        subscribed("a");
        publish("a", 1, 1);
        awaitLog("1");
        cut();
        publish("a", 2, 40);
        Await.value(client.connect());
        Await.value(client.channel("a").subscribed());
        publish("a", 41, 41);
        awaitLog("1", "Lost[reason=too-old]", "gap too-old", "41");
    }

    @Test
    void restartedServerReportsLoss() throws IOException {
        start(RealtimeRecoveryTest::history, options -> {});
        RealtimeChannel<Object> a = subscribed("a");
        publish("a", 1, 1);
        awaitLog("1");
        int port = server.port();
        cut();
        Await.value(server.closeGracefully(Duration.ofSeconds(5)));
        server = listen(options -> {
            history(options);
            options.port(port);
        });
        publish("a", 2, 3);
        Await.value(client.connect());
        Await.value(a.subscribed());
        publish("a", 4, 4);
        await().untilAsserted(() -> assertThat(log).endsWith("4"));
        assertThat(log).hasSize(4).startsWith("1");
        assertThat(log.get(1)).startsWith("Lost[reason=");
        assertThat(log.get(2)).startsWith("gap ");
    }

    @Test
    void nothingMissedIsRecovered() throws IOException {
        start(options -> {}, options -> {});
        RealtimeChannel<Object> a = subscribed("a");
        cut();
        Await.value(client.connect());
        Await.value(a.subscribed());
        publish("a", 1, 1);
        awaitLog("Recovered[]", "1");
    }

    @Test
    void anotherClientContinuesAtPosition() throws IOException {
        start(RealtimeRecoveryTest::history, options -> {});
        RealtimeChannel<Object> a = subscribed("a");
        publish("a", 1, 3);
        awaitLog("1", "2", "3");
        Position position = a.position();
        assertThat(position).isNotNull();
        client.close();
        Await.value(client.closed());
        publish("a", 4, 5);

        client = RealtimeClient.connect(URI.create("ws://127.0.0.1:" + server.port()));
        log.clear();
        listening("a").subscribe(SubscribeOptions.defaults().withSince(position));
        awaitLog("Recovered[]", "4", "5");
    }

    @Test
    void publicationOfUnknownOutcomeIsPublishedOnce() throws IOException {
        AutoReconnectOptions soon =
                new AutoReconnectOptions(Duration.ofMillis(10), Duration.ZERO, 1, Duration.ofMillis(10));
        start(
                RealtimeRecoveryTest::history,
                options -> options.autoReconnect(true).autoReconnectOptions(soon));
        List<Object> published = new CopyOnWriteArrayList<>();
        server.exchange().channel("a").on(Object.class, published::add);
        Await.value(client.channel("a").publish(0));
        proxy().stall(Direction.TO_CLIENT);
        CompletableFuture<Void> unanswered = client.channel("a").publish(1);
        await().until(() -> published.size() == 2);
        assertThat(unanswered).isNotDone();
        proxy().cut(Cut.RESET);
        proxy().resume(Direction.TO_CLIENT);
        Await.value(unanswered);
        Await.value(client.channel("a").publish(2));
        await().until(() -> published.size() >= 3);
        assertThat(published.stream().map(String::valueOf)).containsExactly("0", "1", "2");
        assertThat(proxy().accepted()).isEqualTo(2);
    }

    @Test
    void slowConsumerRecoversWhatServerDropped() throws IOException {
        start(
                options -> options.history(HistoryLimits.of(10_000, Duration.ofMinutes(5)))
                        .slowConsumer(SlowConsumer.DROP_OLDEST_PER_CHANNEL)
                        .maxQueuedBytes(200_000),
                options -> {});
        List<Long> drops = new CopyOnWriteArrayList<>();
        server.on(ServerEvent.Dropped.class, event -> drops.add(event.messages()));
        RealtimeChannel<String> texts = client.channel("a", String.class);
        texts.on(text -> log.add(text.substring(0, text.indexOf(' '))));
        texts.on(ChannelEvent.Gap.class, event -> log.add("gap " + event.reason()));
        Await.value(texts.subscribe().subscribed());

        proxy().stall(Direction.TO_CLIENT);
        String filler = " ".repeat(10_000);
        int count = 0;
        while (drops.isEmpty() || count % 50 != 0) {
            Await.value(server.exchange().publish("a", count++ + filler));
            assertThat(count).isLessThan(5000);
        }
        proxy().resume(Direction.TO_CLIENT);
        String last = String.valueOf(count - 1);
        await().untilAsserted(() -> assertThat(log).endsWith(last));
        assertThat(log)
                .containsExactlyElementsOf(
                        IntStream.range(0, count).mapToObj(String::valueOf).toList());
    }

    @Test
    void clientWithoutRecoveryMissesPublications() throws IOException {
        start(RealtimeRecoveryTest::history, options -> options.recovery(false));
        RealtimeChannel<Object> a = subscribed("a");
        cut();
        publish("a", 1, 2);
        Await.value(client.connect());
        Await.value(a.subscribed());
        publish("a", 3, 3);
        awaitLog("NotAsked[]", "3");
        assertThat(a.position()).isNull();
    }
}
