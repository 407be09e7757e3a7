package io.heliograph.server.binding;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.RpcEvents;
import io.heliograph.server.Connection;
import io.heliograph.testkit.DeliveryOracle;
import io.heliograph.testkit.RawPeer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Recovery of Java RPC clients at a hub that drops their connections. */
class RpcRecoveryTest {

    private static final int CHANNELS = 4;
    private static final int PUBLICATIONS = 100_000;
    private static final int DROPS = 60;

    private static RpcClient client(RpcListener listener, RpcCodec codec) {
        RpcClient client = RpcClient.builder(URI.create(listener.url()))
                .codec(codec)
                .reconnectInterval(Duration.ofMillis(1))
                .maxReconnects(0)
                .build();
        client.onError(failure -> {});
        value(client.connect());
        return client;
    }

    private static void publish(RpcListener listener, DeliveryOracle oracle, int number) {
        String channel = "c" + number % CHANNELS;
        Position position = value(listener.hub.exchange().publish(channel, "p" + number));
        oracle.published(channel, "p" + number, position.toString());
    }

    /** Waits for a connection that was not dropped, and returns one of them. */
    private static Connection connected(RpcListener listener, Set<String> dropped, Random random) {
        List<Connection> connections = Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .until(
                        () -> listener.hub.connections().stream()
                                .filter(each -> !dropped.contains(each.id()))
                                .toList(),
                        Predicate.not(List::isEmpty));
        return connections.get(random.nextInt(connections.size()));
    }

    private static void subscribe(DeliveryOracle oracle, RpcClient client, String name) {
        for (int i = 0; i < CHANNELS; i++) {
            String channel = "c" + i;
            DeliveryOracle.Log log = oracle.subscriber(name, channel);
            RpcEvents<String> events = client.events(channel, String.class);
            events.onGap(gap -> log.gap(gap.reason()));
            value(events.subscribe(log::received));
        }
    }

    @Test
    void clientsThatLoseConnectionsReceiveEverythingOnceInOrder() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        DeliveryOracle oracle = new DeliveryOracle();
        List<RpcClient> clients = new ArrayList<>();
        try (RpcListener listener = RpcListener.start(
                hub -> hub.history(channel -> HistoryLimits.of(PUBLICATIONS, Duration.ofMinutes(5))), rpc -> {})) {
            for (int i = 0; i < 6; i++) {
                RpcClient client = client(listener, i % 2 == 0 ? RpcCodec.JSON : RpcCodec.MSGPACK);
                clients.add(client);
                subscribe(oracle, client, "client " + i);
            }
            Set<String> dropped = new HashSet<>();
            int published = 0;
            while (dropped.size() < DROPS) {
                for (int i = random.nextInt(400); i > 0; i--) {
                    publish(listener, oracle, published++);
                }
                Connection connection = connected(listener, dropped, random);
                dropped.add(connection.id());
                connection.close("drop");
            }
            for (int i = 0; i < 100; i++) {
                publish(listener, oracle, published++);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(oracle.violations()).as("seed %s", seed).isEmpty());
        } finally {
            clients.forEach(RpcClient::close);
        }
    }

    @Test
    void clientThatWasAwayTooLongReceivesGap() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (RpcListener listener = RpcListener.start(
                        hub -> hub.history(channel -> HistoryLimits.of(10, Duration.ofMinutes(5))), rpc -> {});
                RpcClient client = client(listener, RpcCodec.JSON)) {
            RpcEvents<String> events = client.events("news", String.class);
            events.onGap(gap -> received.add("gap " + gap.reason()));
            value(events.subscribe(received::add));
            value(listener.hub.exchange().publish("news", "first"));
            assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
            client.autoReconnect(false);
            value(client.disconnect(4000, ""));
            for (int i = 0; i < 500; i++) {
                value(listener.hub.exchange().publish("news", "missed"));
            }
            client.autoReconnect(true);
            value(client.connect());
            value(listener.hub.exchange().publish("news", "last"));
            assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("gap too-old");
            assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("last");
        }
    }

    @Test
    void clientRecoversMoreThanTheQueueOfItsConnection() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (RpcListener listener = RpcListener.start(
                        hub -> hub.history(channel -> HistoryLimits.of(1000, Duration.ofMinutes(5))), rpc -> {});
                RpcClient client = client(listener, RpcCodec.JSON)) {
            RpcEvents<String> events = client.events("news", String.class);
            events.onGap(gap -> received.add("gap " + gap.reason()));
            value(events.subscribe(event -> received.add(event.substring(0, 3))));
            value(listener.hub.exchange().publish("news", "000"));
            assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("000");
            client.autoReconnect(false);
            value(client.disconnect(4000, ""));
            String large = "x".repeat(20_000);
            for (int i = 100; i < 400; i++) { // six times the limit of 1 MiB
                value(listener.hub.exchange().publish("news", i + large));
            }
            client.autoReconnect(true);
            value(client.connect());
            for (int i = 100; i < 400; i++) {
                assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
            }
            assertThat(client.stats().connectionsOpened()).isEqualTo(2);
        }
    }

    @Test
    void clientThatReadsSlowlyRecoversDroppedEvents() {
        try (RpcListener listener = RpcListener.start(
                hub -> hub.history(channel -> HistoryLimits.of(PUBLICATIONS, Duration.ofMinutes(5))),
                rpc -> rpc.slowConsumers(SlowConsumer.DROP_OLDEST_PER_CHANNEL))) {
            RawPeer slow = listener.open("");
            slow.ask(RpcListener.call(1, "rpc.on", "[\"c0\",{\"since\":{\"c0\":\"\"}}]"));
            slow.reading(false);
            String large = "x".repeat(10_000);
            Position last = value(listener.hub.exchange().publish("c0", "first"));
            for (int i = 0; i < 1500; i++) {
                last = value(listener.hub.exchange().publish("c0", i + large));
            }
            slow.reading(true);
            String position = "";
            String next = slow.nextText();
            while (!next.startsWith("{\"gap\"")) {
                position = next.replaceAll(".*\"position\":\"([^\"]*)\".*", "$1");
                next = slow.nextText();
            }
            assertThat(next).contains("\"reason\":\"queue-full\"");
            slow.send(RpcListener.call(2, "rpc.on", "[\"c0\",{\"since\":{\"c0\":\"" + position + "\"}}]"));
            while (!next.startsWith("{\"jsonrpc\"")) {
                next = slow.nextText();
            }
            assertThat(next).contains("\"recovered\":true");
            long expected = Position.parse(position).offset();
            while (expected < last.offset()) {
                next = slow.nextText();
                if (next.startsWith("{\"gap\"")) {
                    return; // the rest does not fit in the queue either, and is reported
                }
                assertThat(next).contains("\"position\":\"" + last.epoch() + ":" + ++expected + "\"");
            }
        }
    }
}
