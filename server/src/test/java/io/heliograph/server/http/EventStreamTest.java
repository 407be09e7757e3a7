package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.server.ApiKey;
import io.heliograph.server.HttpProtocol;
import io.heliograph.server.Hub;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Protocols;
import io.heliograph.server.Rule;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Server-sent events over real connections. */
class EventStreamTest {

    private static final String SUBSCRIBE = "GET /api/subscribe?channel=c";
    private static final String BIG = "x".repeat(100_000);

    private Hub hub = Hub.builder().daemon(true).build();

    @AfterEach
    void close() {
        hub.close();
        hub.closed().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private void start() {
        start(Hub.builder(), Protocols.http());
    }

    private void start(HubBuilder builder, HttpProtocol protocol) {
        hub = builder.daemon(true).listen("http://127.0.0.1:0/api", protocol).build();
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private Position publish(Object data) {
        return await(hub.channel("c").publish(data));
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Subscribes, and reads the first two events. */
    private HttpPeer subscribe(String subscribed, String... fields) throws IOException {
        HttpPeer peer = new HttpPeer(hub).send(SUBSCRIBE, "", fields);
        assertThat(peer.head())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-Type: text/event-stream\r\n", "Cache-Control: no-store\r\n")
                .doesNotContain("Access-Control");
        assertThat(peer.event()).isEqualTo("retry: 1000\n\n");
        assertThat(peer.event()).matches("event: subscribed\nid: [0-9a-z]+:[0-9]+\ndata: " + subscribed + "\n\n");
        return peer;
    }

    @Test
    void publicationsHaveTheirPositionAsId() throws IOException {
        start();
        try (HttpPeer peer = subscribe("\\{\"position\":\"[0-9a-z]+:0\"}")) {
            Position first = publish("a");
            assertThat(peer.event()).isEqualTo("id: " + first + "\ndata: \"a\"\n\n");
            Position second = await(hub.channel("c").publish());
            assertThat(peer.event()).isEqualTo("id: " + second + "\ndata: \n\n");
            assertThat(hub.connections()).singleElement().satisfies(connection -> {
                assertThat(connection.protocol()).isEqualTo("http");
                assertThat(connection.principal().isAuthenticated()).isFalse();
            });
        }
        Awaitility.await().until(() -> hub.connections().isEmpty());
        assertThat(hub.stats().connections()).isZero();
        assertThat(hub.exchange().stats().subscriptions()).isZero();
    }

    @Test
    void channelThatARuleHidesIsRejectedWithoutAConnection() throws IOException {
        start(
                Hub.builder(),
                Protocols.http()
                        .map(Rule.topic("c").none().out(), Rule.topic("feed").channel("d")));
        assertThat(HttpPeer.send(hub, SUBSCRIBE).body())
                .contains("channel: 'c' (expected: a channel of this listener)");
        assertThat(hub.connections()).isEmpty();
        assertThat(hub.stats().connections()).isZero();
    }

    @Test
    void lastEventIdRecoversWhatWasMissed() throws IOException {
        start();
        Position first = publish(1);
        Position second = publish(2);
        Position third = publish(3);
        try (HttpPeer peer =
                subscribe("\\{\"position\":\"" + third + "\",\"recovered\":true}", "Last-Event-ID: " + first)) {
            assertThat(peer.id()).isEqualTo(first.toString());
            assertThat(peer.event()).isEqualTo("id: " + second + "\ndata: 2\n\n");
            assertThat(peer.event()).isEqualTo("id: " + third + "\ndata: 3\n\n");
            Position fourth = publish(4);
            assertThat(peer.event()).isEqualTo("id: " + fourth + "\ndata: 4\n\n");
        }
    }

    @Test
    void impossibleRecoveryNamesItsReason() throws IOException {
        start(Hub.builder().history(channel -> HistoryLimits.of(1, Duration.ofMinutes(1))), Protocols.http());
        Position first = publish(1);
        publish(2);
        Position third = publish(3);
        try (HttpPeer peer = subscribe(
                "\\{\"position\":\"" + third + "\",\"recovered\":false,\"reason\":\"too-old\"}",
                "Last-Event-ID: " + first)) {
            Position fourth = publish(4);
            assertThat(peer.event()).isEqualTo("id: " + fourth + "\ndata: 4\n\n");
        }
    }

    @Test
    void malformedLastEventIdIsRejected() throws IOException {
        start();
        HttpPeer.Response response = HttpPeer.send(hub, SUBSCRIBE, "Last-Event-ID: 7");
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).contains("Last-Event-ID: not a position");
        assertThat(hub.connections()).isEmpty();
    }

    @Test
    void slowConsumerIsEndedAndRecoversWithoutLoss() throws IOException {
        start(
                Hub.builder().history(channel -> HistoryLimits.of(1000, Duration.ofMinutes(1))),
                Protocols.http().maxQueuedBytes(1 << 20));
        HttpPeer slow = new HttpPeer(hub, 4096).send(SUBSCRIBE, "");
        slow.head();
        for (int i = 0; i < 60; i++) {
            publish(i + BIG);
        }
        assertThat(hub.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 1L);
        assertThat(hub.connections()).isEmpty();
        int received = 0;
        while (received < 60) {
            String event = slow.event();
            if (event.equals("end")) {
                slow.close();
                slow = subscribe(".*\"recovered\":true}", "Last-Event-ID: " + slow.id());
            } else if (event.startsWith("id: ")) {
                assertThat(event).contains("\ndata: \"" + received++ + "x");
            }
        }
        slow.close();
    }

    @Test
    void droppedPublicationsBecomeAGap() throws IOException {
        start(
                Hub.builder(),
                Protocols.http().maxQueuedBytes(1 << 20).slowConsumer(SlowConsumer.DROP_OLDEST_PER_CHANNEL));
        try (HttpPeer slow = new HttpPeer(hub, 4096).send(SUBSCRIBE, "")) {
            slow.head();
            Position end = publish("first");
            for (int i = 1; i < 200; i++) {
                end = publish(i + BIG);
            }
            assertThat(hub.stats().drops().get(DropReason.DROPPED_OLDEST)).isPositive();
            int gaps = 0;
            String event = slow.event();
            while (!event.startsWith("id: " + end)) {
                gaps += event.startsWith("event: gap\n") && event.contains("{\"reason\":\"queue-full\"") ? 1 : 0;
                event = slow.event();
            }
            assertThat(gaps).isPositive();
        }
    }

    @Test
    void kickedOutSubscriberIsNotifiedAndEnded() throws IOException {
        start(Hub.builder(), Protocols.http().keys(ApiKey.of("ada", ApiKey.hash("0123456789abcdef0123456789abcdef"))));
        try (HttpPeer peer = subscribe(".*", "Authorization: Bearer 0123456789abcdef0123456789abcdef")) {
            hub.connections().iterator().next().kickOut("c", "enough");
            assertThat(peer.event())
                    .startsWith("event: kickOut\ndata: ")
                    .contains("\"channel\":\"c\"", "\"message\":\"enough\"");
            assertThat(peer.event()).isEqualTo("end");
        }
    }

    @Test
    void messageToOneConnectionIsAnEvent() throws IOException {
        start();
        try (HttpPeer peer = subscribe(".*")) {
            hub.connections().iterator().next().send("notice", "hello");
            assertThat(peer.event()).isEqualTo("event: notice\ndata: \"hello\"\n\n");
        }
    }

    @Test
    void closingHubEndsTheStreams() throws IOException {
        start();
        try (HttpPeer peer = subscribe(".*")) {
            hub.closeGracefully(Duration.ofSeconds(30));
            assertThat(peer.event()).isEqualTo("end");
            await(hub.closed());
        }
    }
}
