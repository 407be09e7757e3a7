package io.heliograph.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.HeliographException;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.DeliveryOracle;
import io.heliograph.testkit.FaultProxy;
import io.heliograph.testkit.FaultProxy.Cut;
import io.heliograph.transport.Transports;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Clients whose connections break at random moments, while the server and the clients publish; checked by an oracle. */
class RandomDisconnectsTest {

    private static final int CLIENTS = 20;
    private static final int CHANNELS = 5;
    private static final int SUBSCRIPTIONS = 3;
    private static final int UNANSWERED = 10;
    private static final int DISCONNECTED = 8;
    private static final int ROUNDS = 300;

    /** More publications than an exchange keeps for every channel. */
    private static final int MISSED = 200;

    private final DeliveryOracle oracle = new DeliveryOracle();
    private final List<DeliveryOracle.Log> logs = new ArrayList<>();

    /** Permits to cut a connection: each connection that has been opened again gives one. */
    private final Semaphore cuts = new Semaphore(DISCONNECTED);

    /** Client with its proxy and its unanswered publications. */
    private final class Peer {

        final FaultProxy proxy;
        final RealtimeClient client;
        final Semaphore unanswered = new Semaphore(UNANSWERED);
        final String name;
        int published;

        Peer(int number, int port, RealtimeCodec codec) throws IOException {
            name = "client-" + number;
            boolean direct = number % 2 == 0;
            proxy = FaultProxy.listen(new Address.Tcp("127.0.0.1", 0), new Address.Tcp("127.0.0.1", port));
            client = RealtimeClient.builder(URI.create("ws://127.0.0.1:" + ((Address.Tcp) proxy.address()).port()))
                    .codec(codec)
                    .dispatch(direct ? Dispatch.direct(Duration.ofMinutes(1), blocked -> {}) : Dispatch.virtual())
                    .autoReconnectOptions(new AutoReconnectOptions(
                            Duration.ofMillis(1), Duration.ofMillis(40), 1, Duration.ofMillis(40)))
                    .connect();
            client.onError(failure -> {});
            client.onDisconnect(reason -> client.once(ClientEvent.Connect.class, connected -> cuts.release()));
            for (int i = 0; i < SUBSCRIPTIONS; i++) {
                String channel = "channel-" + (number + i) % CHANNELS;
                RealtimeChannel<String> subscribed = client.channel(channel, String.class);
                DeliveryOracle.Log log = oracle.subscriber(name, channel);
                logs.add(log);
                // With direct dispatch, the position is that of the publication.
                subscribed.on(id -> log.received(id, direct ? String.valueOf(subscribed.position()) : null));
                subscribed.on(ChannelEvent.Gap.class, gap -> log.gap(gap.reason()));
                Await.value(subscribed.subscribe().subscribed());
            }
        }

        void publish(String channel) {
            if (!unanswered.tryAcquire()) {
                return;
            }
            String id = name + ":" + ++published;
            CompletableFuture<Void> answer = client.channel(channel).publish(id);
            answer.whenComplete((none, failure) -> {
                unanswered.release();
                if (failure == null) {
                    oracle.confirmed(channel, id);
                } else if (failure instanceof HeliographException known && known.unsent()) {
                    oracle.rejected(channel, id);
                }
            });
        }

        void close() throws IOException {
            client.close();
            proxy.close();
        }
    }

    private static boolean tryAcquire(Semaphore permits) {
        try {
            return permits.tryAcquire(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run(long seed, RealtimeCodec codec, HistoryLimits history) throws IOException {
        Random random = new Random(seed);
        List<Peer> peers = new ArrayList<>();
        Transports.Lease lease = Transports.acquire();
        try (RealtimeServer server = RealtimeServer.builder()
                .host("127.0.0.1")
                .port(0)
                .codec(codec)
                .history(history)
                .build()) {
            Await.value(server.listen());
            for (int i = 0; i < CHANNELS; i++) {
                String channel = "channel-" + i;
                Await.value(server.exchange()
                        .subscribe(
                                channel,
                                lease.transport().nextLoop(),
                                publication -> oracle.published(
                                        channel,
                                        String.valueOf(publication.data().value()),
                                        publication.position().toString())));
            }
            for (int i = 0; i < CLIENTS; i++) {
                peers.add(new Peer(i, server.port(), codec));
            }
            for (int round = 0; round < ROUNDS; round++) {
                String channel = "channel-" + random.nextInt(CHANNELS);
                for (int i = 0; i < 8; i++) {
                    String id = "server:" + round + "." + i;
                    Await.value(server.exchange().publish(channel, id));
                    oracle.confirmed(channel, id);
                }
                for (int i = 0; i < 4; i++) {
                    peers.get(random.nextInt(CLIENTS)).publish("channel-" + random.nextInt(CHANNELS));
                }
                assertThat(tryAcquire(cuts)).isTrue();
                List<Peer> connected =
                        peers.stream().filter(peer -> peer.client.isConnected()).toList();
                connected.get(random.nextInt(connected.size())).proxy.cut(random.nextBoolean() ? Cut.RESET : Cut.CLOSE);
            }
            await().until(() -> peers.stream().allMatch(peer -> peer.unanswered.availablePermits() == UNANSWERED));
            RealtimeClient absent = peers.getFirst().client;
            absent.disconnect();
            for (int i = 0; i < MISSED; i++) {
                Await.value(server.exchange().publish("channel-0", "missed:" + i));
            }
            Await.value(absent.connect());
            Await.value(absent.channel("channel-0").subscribed());
            for (int i = 0; i < CHANNELS; i++) {
                Await.value(server.exchange().publish("channel-" + i, "end"));
            }
            await().until(() -> logs.stream().allMatch(log -> "end".equals(log.last())));
            assertThat(oracle.violations()).as("seed %d", seed).isEmpty();
            assertThat(oracle.size()).isGreaterThan(ROUNDS * 8);
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
            lease.release();
        }
    }

    @Test
    void nothingIsLostRepeatedOrReordered() throws IOException {
        run(1812, RealtimeCodec.json(), HistoryLimits.of(10_000, Duration.ofMinutes(5)));
        assertThat(logs).allSatisfy(log -> assertThat(log.gaps()).isEmpty());
    }

    @Test
    void shortHistoryLosesNothingWithoutGap() throws IOException {
        run(1813, RealtimeCodec.minBin(), HistoryLimits.of(3, Duration.ofMinutes(5)));
        assertThat(logs).anySatisfy(log -> assertThat(log.gaps()).contains("too-old"));
    }
}
