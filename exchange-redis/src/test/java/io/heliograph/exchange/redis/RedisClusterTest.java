package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.BrokerContract;
import io.heliograph.exchange.ControlContract;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PresenceContract;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.RedisCluster;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broker, presence and control in a cluster of three masters keep their contracts; the broker also while slots and masters move. */
class RedisClusterTest extends BrokerContract {

    private static final int PARTITIONS = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration LINGER = Duration.ofMillis(400);

    @TempDir
    static Path folder;

    private static @Nullable RedisCluster cluster;
    private static int prefixes;

    private @Nullable RedisEngine engine;

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = RedisCluster.start(folder, 1);
    }

    @AfterAll
    static void stopCluster() {
        cluster().close();
    }

    private static RedisCluster cluster() {
        return Objects.requireNonNull(cluster);
    }

    private RedisEngine newEngine(String prefix) {
        RedisEngine started = RedisEngine.builder(
                        URI.create("redis://127.0.0.1:" + cluster().master(0).port()))
                .cluster(true)
                .keyPrefix(prefix)
                .presenceLinger(LINGER)
                .history(channel -> HistoryLimits.of(RETAINED, Duration.ofMinutes(5)))
                .build();
        engine = started;
        value(started.connect());
        return started;
    }

    @Override
    protected Broker newBroker() {
        return newEngine("helio").broker();
    }

    @AfterEach
    void closeEngine() {
        if (engine != null) {
            engine.close();
        }
    }

    private static String channelOf(int partition) {
        return channelsOf(partition).findFirst().orElseThrow();
    }

    private static Stream<String> channelsOf(int partition) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "channel-" + i)
                .filter(each -> PartitionKeys.partition(each, PARTITIONS) == partition);
    }

    private static int slotOf(int partition) {
        return PartitionKeys.slot(PartitionKeys.tag(partition, PARTITIONS));
    }

    @Test
    void partitionsHaveEvenSharesOfTheSlots() {
        Set<Integer> owners = new HashSet<>();
        for (int i = 0; i < PARTITIONS; i++) {
            assertThat(slotOf(i)).isEqualTo((2 * i + 1) * 16384 / (2 * PARTITIONS));
            owners.add(cluster().owner(slotOf(i)));
        }
        assertThat(owners).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(PartitionKeys.tag(0, PARTITIONS)).hasSizeLessThanOrEqualTo(4);
    }

    private static RedisNode node() {
        return new RedisNode(
                URI.create("redis://127.0.0.1:" + cluster().master(0).port()), options -> options.cluster(true));
    }

    @Test
    void masterThatIsTakenOverLosesNothingSilently() throws Exception {
        Map<String, List<String>> logs = new HashMap<>();
        try (RedisNode publisher = node();
                RedisNode subscriber = node()) {
            for (int i = 0; i < PARTITIONS; i += 3) {
                logs.put(channelOf(i), new CopyOnWriteArrayList<>());
            }
            logs.forEach(subscriber::subscribe);
            publish(publisher, logs, 0, 50);
            cluster().takeOver(1);
            publish(publisher, logs, 50, 100);
            awaitNumbers(logs, 100);
        }
    }

    @Test
    void movedSlotContinues() throws Exception {
        int slot = slotOf(5);
        int from = cluster().owner(slot);
        Map<String, List<String>> logs = new HashMap<>();
        try (RedisNode publisher = node();
                RedisNode subscriber = node()) {
            logs.put(channelOf(5), new CopyOnWriteArrayList<>());
            logs.forEach(subscriber::subscribe);
            publish(publisher, logs, 0, 20);
            cluster().moveSlot(slot, (from + 1) % 3);
            publish(publisher, logs, 20, 40);
            cluster().moveSlot(slot, from);
            publish(publisher, logs, 40, 60);
            awaitNumbers(logs, 60);
        }
    }

    @Test
    void killedMasterIsReplacedByItsReplica() throws Exception {
        Map<String, List<String>> logs = new HashMap<>();
        try (RedisNode publisher = node();
                RedisNode subscriber = node()) {
            for (int i = 0; i < PARTITIONS; i += 3) {
                logs.put(channelOf(i), new CopyOnWriteArrayList<>());
            }
            logs.forEach(subscriber::subscribe);
            publish(publisher, logs, 0, 20);
            cluster().failOver(2);
            publish(publisher, logs, 20, 40);
            awaitNumbers(logs, 40);
        }
    }

    @Test
    void subscriptionWaitsWhileItsSlotMoves() throws Exception {
        int slot = slotOf(9);
        int to = (cluster().owner(slot) + 1) % 3;
        List<String> log = new CopyOnWriteArrayList<>();
        try (RedisNode node = node()) {
            node.subscribe(channelOf(9), new CopyOnWriteArrayList<>());
            value(node.publish(channelOf(9), 0));
            cluster().beginMove(slot, to);
            String other = channelsOf(9).skip(1).findFirst().orElseThrow();
            CompletableFuture<RedisNode> subscribed = CompletableFuture.supplyAsync(() -> node.subscribe(other, log));
            await().atMost(PATIENCE).until(() -> refusals(slot) > 0);
            cluster().endMove(slot, to);
            value(subscribed);
            value(node.publish(other, 1));
            await().atMost(PATIENCE).until(() -> log.contains("1"));
        }
    }

    /** Number of the functions that the owner of a slot refused while the slot moves. */
    private static long refusals(int slot) throws IOException {
        String statistics =
                String.valueOf(cluster().master(cluster().owner(slot)).command("INFO", "errorstats"));
        return statistics
                .lines()
                .filter(line -> line.startsWith("errorstat_ASK") || line.startsWith("errorstat_TRYAGAIN"))
                .count();
    }

    @Test
    void channelsOfMovedSlotAreSubscribedTogether() throws Exception {
        int slot = slotOf(13);
        int from = cluster().owner(slot);
        Map<String, List<String>> logs = new HashMap<>();
        channelsOf(13).limit(100).forEach(channel -> logs.put(channel, new CopyOnWriteArrayList<>()));
        try (RedisNode node = node()) {
            logs.forEach(node::subscribe);
            publish(node, logs, 0, 1);
            long before = subscribeCommands(from);
            cluster().moveSlot(slot, (from + 1) % 3);
            publish(node, logs, 1, 2);
            awaitNumbers(logs, 2);
            assertThat(subscribeCommands(from) - before).isLessThan(20);
        }
    }

    private static long subscribeCommands(int master) throws IOException {
        String statistics = String.valueOf(cluster().master(master).command("INFO", "commandstats"));
        return statistics
                .lines()
                .filter(line -> line.startsWith("cmdstat_ssubscribe:"))
                .flatMap(line -> Arrays.stream(line.split("[:,]")))
                .filter(each -> each.startsWith("calls=") || each.startsWith("rejected_calls="))
                .mapToLong(each -> Long.parseLong(each.substring(each.indexOf('=') + 1)))
                .sum();
    }

    private static void publish(RedisNode publisher, Map<String, List<String>> logs, int from, int to) {
        List<CompletableFuture<Position>> published = new ArrayList<>();
        for (int i = from; i < to; i++) {
            for (String channel : logs.keySet()) {
                published.add(publisher.publish(channel, i));
            }
            value(published.getLast());
        }
        published.forEach(Await::value);
    }

    /** Waits until each channel has all numbers in order; gaps may be reported between them, and the numbers that were published again. */
    private static void awaitNumbers(Map<String, List<String>> logs, int count) {
        logs.forEach((channel, log) -> {
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .untilAsserted(() -> assertThat(log).as(channel).endsWith(Integer.toString(count - 1)));
            assertThat(log.stream().filter(each -> !each.startsWith("gap ")))
                    .as(channel)
                    .containsExactlyElementsOf(IntStream.range(0, count)
                            .mapToObj(Integer::toString)
                            .toList());
        });
    }

    /** The presence in a cluster. */
    @Nested
    class InPresence extends PresenceContract {

        @Override
        protected Presence newPresence() {
            RedisEngine started = newEngine("presence" + ++prefixes);
            value(started.control().revocations()); // the node has joined
            return started.presence();
        }

        @Override
        protected void passLinger() {
            await().pollDelay(LINGER.multipliedBy(2)).until(() -> true);
        }
    }

    /** The control in a cluster. */
    @Nested
    class InControl extends ControlContract {

        @Override
        protected Control newControl() {
            return newEngine("control" + ++prefixes).control();
        }
    }
}
