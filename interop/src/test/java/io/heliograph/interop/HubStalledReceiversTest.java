package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.channel.MessageChannel;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import io.heliograph.socket.DataType;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Stalled receivers, one of each kind, among 200, while a hub publishes 32 MB; 320 MB with {@code -Dhub.rounds=400}. What is queued stays
 * within the limits of the stalled receivers, and all others receive everything.
 */
@Timeout(300)
class HubStalledReceiversTest {

    private static final int ROUNDS = Integer.getInteger("hub.rounds", 40);
    private static final int MESSAGES = 4;
    private static final int SIZE = 20_000;
    private static final int STALLED = 7;
    private static final int MEMBERS = 5;
    private static final List<String> CHANNELS =
            IntStream.range(0, 10).mapToObj(i -> "m/" + i).toList();

    /** Limits of the stalled receivers of SocketCluster, RPC in two formats, typed sockets, and an event stream, in bytes. */
    private static final long WEB_LIMITS = 5 * Memory.MIB;

    /** Limits of the stalled IPC client, and of the messages that the stalled member has not acknowledged. */
    private static final long LOCAL_LIMITS = 12 * Memory.MIB;

    /** A receiver that reads, and the number of publications that it must receive in each round. */
    private record Reading(IntSupplier received, int eachRound) {}

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private final Transports.Lease lease = Transports.acquire();
    private final Transport transport = lease.transport();
    private final List<Reading> reading = new ArrayList<>();
    private final List<HubReceiver> readingLinks = new ArrayList<>();
    private final List<HubReceiver> stalled = new ArrayList<>();
    private Hub hub = Hub.builder().build();

    @BeforeEach
    void connect() {
        hub = Hub.builder()
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .listen(
                        "unix:" + scratch.path("s"),
                        Protocols.ipc().configure(server -> server.maxQueuedBytes(4 << 20)))
                .listen(
                        "tcp://127.0.0.1:0",
                        Protocols.socket()
                                .types(DataType.STRING, DataType.STRING)
                                .framed(true)
                                .deliver("m/0")
                                .configure(server -> server.maxQueuedBytes(1 << 20)))
                .listen(
                        "channel:m",
                        Protocols.messageChannel()
                                .configure(member -> member.directory(scratch.folder())
                                        .stallTimeout(Duration.ofSeconds(1))
                                        .maxUnacknowledgedBytes(8 << 20)))
                .listen("http://127.0.0.1:0/api", Protocols.http())
                .history(channel -> HistoryLimits.none())
                .daemon(true)
                .build();
        hub.onError(expected -> {});
        Await.value(hub.start());
        int web = port(0);
        for (int i = 0; i < 70; i++) {
            add(HubReceiver.socketCluster(transport, web, one(i)));
        }
        for (int i = 0; i < 50; i++) {
            add(HubReceiver.rpc(transport, web, one(i)));
        }
        for (int i = 0; i < 20; i++) {
            add(HubReceiver.messagePack(transport, web, one(i)));
        }
        for (int i = 0; i < 30; i++) {
            add(HubReceiver.ipc(transport, scratch.path("s"), Optional.of(one(i).getFirst())));
        }
        for (int i = 0; i < 18; i++) {
            add(HubReceiver.typedStrings(transport, port(3)));
        }
        for (int i = 0; i < MEMBERS; i++) {
            addMember();
        }
        Path host = scratch.folder()
                .resolve(".m+messages/" + ProcessHandle.current().pid());
        stalled.add(HubReceiver.socketCluster(transport, web, CHANNELS).stalled());
        stalled.add(HubReceiver.rpc(transport, web, CHANNELS).stalled());
        stalled.add(HubReceiver.messagePack(transport, web, CHANNELS).stalled());
        stalled.add(
                HubReceiver.ipc(transport, scratch.path("s"), Optional.empty()).stalled());
        stalled.add(HubReceiver.typedStrings(transport, port(3)).stalled());
        stalled.add(HubReceiver.member(transport, host).stalled());
        stalled.add(
                HubReceiver.eventStream(transport, port(5), CHANNELS.getFirst()).stalled());
        await().atMost(Await.TIMEOUT).until(() -> hub.connections().size() == 200);
        assertThat(stalled).hasSize(STALLED);
    }

    private int port(int listener) {
        return URI.create(hub.listeners().get(listener).url()).getPort();
    }

    private static List<String> one(int i) {
        return List.of(CHANNELS.get(i % CHANNELS.size()));
    }

    private void add(HubReceiver receiver) {
        readingLinks.add(receiver);
        reading.add(new Reading(receiver.publications::get, MESSAGES));
    }

    private void addMember() {
        MessageChannel member =
                MessageChannel.builder("m").directory(scratch.folder()).build();
        scratch.closing(() -> Await.value(member.closeGracefully(Duration.ofSeconds(2))));
        AtomicInteger received = new AtomicInteger();
        member.onMessage(message -> received.incrementAndGet());
        Await.value(member.connect());
        await().atMost(Await.TIMEOUT).until(() -> member.hub().isPresent());
        reading.add(new Reading(received::get, MESSAGES * CHANNELS.size()));
    }

    @AfterEach
    void close() {
        readingLinks.forEach(HubReceiver::close);
        stalled.forEach(HubReceiver::close);
        Await.value(hub.closeGracefully(Duration.ofSeconds(2)));
        lease.release();
    }

    private long connections(String protocol) {
        return hub.connections().stream()
                .map(Connection::protocol)
                .filter(protocol::equals)
                .count();
    }

    /** Publishes in all channels, and returns the bytes that are queued when all that read have everything: those of the stalled receivers. */
    private long publish(String text, int round) {
        for (String channel : CHANNELS) {
            for (int i = 0; i < MESSAGES; i++) {
                Await.value(hub.exchange().publish(channel, text));
            }
        }
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> reading.stream().allMatch(each -> each.received().getAsInt() >= round * each.eachRound()));
        return hub.stats().queuedBytes();
    }

    @Test
    void stalledReceiversStayWithinTheirLimitsAndOthersReceiveAll() {
        String text = "x".repeat(SIZE);
        publish(text, 1);
        long before = Memory.used();
        long queued = 0;
        for (int round = 2; round <= ROUNDS; round++) {
            queued = Math.max(queued, publish(text, round));
            if (round == 5) {
                // The host disconnects the member after the stall time-out; until then, what it owes must fit into the
                // limit.
                await().atMost(Await.TIMEOUT).until(() -> connections("channel") == MEMBERS);
            }
            if (round == 10) {
                assertThat(Memory.used() - before).isLessThan(WEB_LIMITS + LOCAL_LIMITS);
            }
        }
        long grown = Memory.used() - before;

        assertThat(queued).isPositive().isLessThan(WEB_LIMITS + LOCAL_LIMITS);
        assertThat(grown).isLessThan(WEB_LIMITS + LOCAL_LIMITS);
        assertThat(reading)
                .hasSize(200 - STALLED)
                .allSatisfy(each -> assertThat(each.received().getAsInt()).isEqualTo(ROUNDS * each.eachRound()));
        assertThat(readingLinks).noneMatch(each -> each.closed);
        assertThat(connections("socketcluster")).isEqualTo(70);
        assertThat(connections("rpc")).isEqualTo(70);
        assertThat(connections("channel")).isEqualTo(MEMBERS);
    }
}
