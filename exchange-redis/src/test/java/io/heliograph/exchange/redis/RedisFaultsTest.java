package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.DeadlineExceededException;
import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.exchange.BrokerState;
import io.heliograph.exchange.GapReason;
import io.heliograph.exchange.Position;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges of two nodes on one Redis, while Redis or its connections fail. */
class RedisFaultsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    private RedisServer redis(String... options) throws IOException {
        Path own = Files.createDirectory(folder.resolve("redis-" + open.size()));
        return opened(RedisServer.start(own, options));
    }

    private RedisNode node(String uri) {
        return node(uri, options -> {});
    }

    private RedisNode node(String uri, Consumer<RedisEngine.Builder> options) {
        return opened(new RedisNode(URI.create(uri), options));
    }

    private static String[] numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new);
    }

    @Test
    void publicationsOfAllNodesHaveOneOrder() throws Exception {
        RedisServer redis = redis();
        List<RedisNode> nodes =
                List.of(node(redis.uri()).subscribe("news"), node(redis.uri()).subscribe("news"));
        List<CompletableFuture<Position>> published = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            published.add(nodes.get(i % 2).publish("news", i));
        }
        published.forEach(Await::value);
        nodes.forEach(node -> await().atMost(PATIENCE).until(() -> node.received.size() == 2000));
        assertThat(nodes.get(0).received).isEqualTo(nodes.get(1).received);
        assertThat(nodes.get(0).received).containsExactlyInAnyOrder(numbers(0, 2000));
        assertThat(nodes.get(0).received.stream().filter(each -> Integer.parseInt(each) % 2 == 0))
                .isSortedAccordingTo((a, b) -> Integer.compare(Integer.parseInt(a), Integer.parseInt(b)));
    }

    @Test
    void nothingIsLostOrDoubledWhenConnectionsAreKilled() throws Exception {
        RedisServer redis = redis();
        RedisNode publisher = node(redis.uri());
        RedisNode subscriber = node(redis.uri()).subscribe("news");
        List<CompletableFuture<Position>> published = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            published.add(publisher.publish("news", i));
            if (i % 300 == 150) {
                redis.killClients("normal");
                redis.killClients("pubsub");
            }
            if (i % 50 == 0) {
                value(published.getLast());
            }
        }
        published.forEach(Await::value);
        subscriber.awaitLast("2999");
        assertThat(subscriber.received).containsExactly(numbers(0, 3000));
    }

    @Test
    void restartWithDataContinuesWithoutGap() throws Exception {
        RedisServer redis = redis("appendonly", "yes", "appendfsync", "always");
        RedisNode publisher = node(redis.uri());
        RedisNode subscriber = node(redis.uri()).subscribe("news");
        Position before = value(publisher.publish("news", 0));
        redis.restart();
        Position after = value(publisher.publish("news", 1));
        subscriber.awaitLast("1");
        assertThat(subscriber.received).containsExactly("0", "1");
        assertThat(after.epoch()).isNotEqualTo(before.epoch());
        assertThat(after.offset()).isEqualTo(2);
    }

    @Test
    void restartWithoutDataReportsGap() throws Exception {
        RedisServer redis = redis();
        RedisNode publisher = node(redis.uri(), options -> options.confirmFor(Duration.ofMillis(1)));
        RedisNode subscriber = node(redis.uri()).subscribe("news");
        for (int i = 0; i < 5; i++) {
            value(publisher.publish("news", i));
        }
        subscriber.awaitLast("4");
        redis.restart();
        value(publisher.publish("news", 5));
        subscriber.awaitLast("5");
        assertThat(subscriber.received.subList(5, subscriber.received.size()))
                .satisfiesExactly(
                        gap -> assertThat(gap).startsWith("gap "),
                        last -> assertThat(last).isEqualTo("5"));
    }

    @Test
    void confirmedPublicationsAreRepeatedToMasterThatLacksThem() throws Exception {
        RedisServer master = redis();
        RedisServer replica = redis();
        replica.replicate(master);
        String both = "redis://127.0.0.1:" + master.port() + ",127.0.0.1:" + replica.port();
        RedisNode publisher = node(both, options -> options.confirmFor(Duration.ofSeconds(30)));
        RedisNode subscriber = node(both).subscribe("news");
        for (int i = 0; i < 10; i++) {
            value(publisher.publish("news", i));
        }
        await().atMost(PATIENCE).until(() -> Objects.equals(replica.command("DBSIZE"), master.command("DBSIZE")));
        replica.detach();
        for (int i = 10; i < 20; i++) {
            value(publisher.publish("news", i));
        }
        subscriber.awaitLast("19");
        master.kill();
        replica.promote();
        value(publisher.publish("news", 20));
        subscriber.awaitLast("20");
        // The promoted replica lacked ten publications, which came again: a fork is reported, and nothing is given
        // twice.
        assertThat(subscriber.received.stream().filter(each -> !each.startsWith("gap ")))
                .containsExactly(numbers(0, 21));
        assertThat(subscriber.received.stream().filter(each -> each.startsWith("gap ")))
                .allMatch(gap -> gap.equals("gap " + GapReason.FORKED));
    }

    @Test
    void demotedMasterIsLeftForItsSuccessor() throws Exception {
        RedisServer master = redis();
        RedisServer replica = redis();
        replica.replicate(master);
        String both = "redis://127.0.0.1:" + master.port() + ",127.0.0.1:" + replica.port();
        RedisNode node = node(both).subscribe("news");
        value(node.publish("news", 0));
        await().atMost(PATIENCE).until(() -> Objects.equals(replica.command("DBSIZE"), master.command("DBSIZE")));
        replica.promote();
        master.replicate(replica);
        value(node.publish("news", 1));
        node.awaitLast("1");
        assertThat(node.received.stream().filter(each -> !each.startsWith("gap ")))
                .containsExactly("0", "1");
        assertThat(String.valueOf(replica.command("INFO", "commandstats"))).contains("cmdstat_fcall:");
    }

    @Test
    void flushedFunctionsAreLoadedAgain() throws Exception {
        RedisServer redis = redis();
        RedisNode node = node(redis.uri()).subscribe("news");
        value(node.publish("news", 0));
        redis.flushFunctions();
        value(node.publish("news", 1));
        node.awaitLast("1");
        redis.flushFunctions();
        node.subscribe("other");
        assertThat(node.received).containsExactly("0", "1");
    }

    @Test
    void fullRedisRefusesPublicationsByName() throws Exception {
        RedisServer redis = redis("maxmemory-policy", "noeviction");
        RedisNode node = node(redis.uri()).subscribe("news");
        value(node.publish("news", 0));
        redis.command("CONFIG", "SET", "maxmemory", "1");
        Throwable refused = failure(node.publish("news", 1));
        assertThat(refused.getCause()).isInstanceOf(RedisFullException.class).hasMessageContaining("full");
        assertThat(((HeliographException) refused).unsent()).isTrue();
        redis.command("CONFIG", "SET", "maxmemory", "0");
        value(node.publish("news", 2));
        node.awaitLast("2");
        assertThat(node.received).containsExactly("0", "2");
    }

    @Test
    void fullRedisRefusesNewChannelsByName() throws Exception {
        RedisServer redis = redis("maxmemory-policy", "noeviction");
        RedisNode node = node(redis.uri()).subscribe("news");
        redis.command("CONFIG", "SET", "maxmemory", "1");
        assertThat(failure(node.engine.broker().subscribe("other")))
                .isInstanceOf(RedisFullException.class)
                .hasMessageContaining("127.0.0.1:" + redis.port() + "] is full");
        redis.command("CONFIG", "SET", "maxmemory", "0");
        node.subscribe("other");
    }

    @Test
    void answerThatIsLateIsNamed() throws Exception {
        RedisServer redis = redis();
        RedisNode node = node(redis.uri(), options -> options.publishTimeout(Duration.ofMillis(500)));
        redis.pause();
        assertThat(failure(node.engine.broker().read("news", null, 1)))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("no answer of Redis at")
                .hasMessageContaining("within PT0.5S");
        redis.resume();
    }

    @Test
    void foreignKeyFailsPublicationByName() throws Exception {
        RedisServer redis = redis();
        RedisNode node = node(redis.uri()).subscribe("news");
        redis.command("SET", "helio:{" + PartitionKeys.tag(0, 1) + "}:m:broken", "a foreign value");
        assertThat(failure(node.publish("broken", 0)).getCause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("127.0.0.1:" + redis.port())
                .hasMessageContaining("WRONGTYPE");
        value(node.publish("news", 1));
        node.awaitLast("1");
    }

    @Test
    void subscriptionThatExceedsItsOutputBufferIsFilled() throws Exception {
        RedisServer redis = redis("client-output-buffer-limit", "pubsub 64kb 0 0");
        RedisNode publisher = node(redis.uri());
        RedisNode subscriber = node(redis.uri()).subscribe("news");
        String large = "x".repeat(100_000);
        for (int i = 0; i < 5; i++) {
            value(publisher.exchange.publish("news", large + i));
        }
        await().atMost(PATIENCE).until(() -> subscriber.received.size() == 5);
        assertThat(subscriber.received).containsExactly(large + 0, large + 1, large + 2, large + 3, large + 4);
        assertThat(redis.log()).contains("closed ASAP for overcoming of output buffer limits");
    }

    @Test
    void messageBeyondTheLimitIsNamed() throws Exception {
        RedisServer redis = redis();
        RedisNode node = node(redis.uri(), options -> options.maxMessageBytes(100));
        assertThat(failure(node.exchange.publish("news", "x".repeat(200))).getCause())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: at most 100, the engine's maxMessageBytes");
    }

    @Test
    void silentRedisIsNoticed() throws Exception {
        RedisServer redis = redis();
        RedisNode node = node(
                        redis.uri(),
                        options -> options.healthTimeout(Duration.ofSeconds(2)).publishTimeout(Duration.ofSeconds(1)))
                .subscribe("news");
        redis.pause();
        Throwable unanswered = failure(node.publish("news", 0));
        assertThat(unanswered.getCause()).isInstanceOf(DeadlineExceededException.class);
        node.awaitState(BrokerState.DISCONNECTED);
        redis.resume();
        node.awaitState(BrokerState.CONNECTED);
        value(node.publish("news", 1));
        node.awaitLast("1");
        assertThat(node.received.stream().filter(each -> !each.equals("0"))).containsExactly("1");
    }

    @Test
    void publicationsWaitWithinTheirLimitWhileRedisIsAway() throws Exception {
        RedisServer redis = redis("appendonly", "yes");
        RedisNode node =
                node(redis.uri(), options -> options.maxPendingBytes(10_000)).subscribe("news");
        redis.kill();
        node.awaitState(BrokerState.DISCONNECTED);
        List<CompletableFuture<Position>> waiting = new ArrayList<>();
        waiting.add(node.publish("news", 0));
        while (!waiting.getLast().isDone()) {
            waiting.add(node.publish("news", waiting.size()));
        }
        Throwable full = failure(waiting.removeLast());
        assertThat(full.getCause())
                .isInstanceOf(QueueFullException.class)
                .hasMessageContaining("expected: at most 10000, the engine's maxPendingBytes");
        redis.restart();
        waiting.forEach(Await::value);
        node.awaitLast(Integer.toString(waiting.size() - 1));
        assertThat(node.received).containsExactly(numbers(0, waiting.size()));
    }

    @Test
    void publicationFailsAtOnceIfToldSo() throws Exception {
        RedisServer redis = redis();
        RedisNode node = node(redis.uri(), options -> options.whileDisconnected(WhileDisconnected.FAIL));
        redis.kill();
        node.awaitState(BrokerState.DISCONNECTED);
        Throwable refused = failure(node.publish("news", 0));
        assertThat(refused.getCause()).isInstanceOf(NotConnectedException.class);
        assertThat(((HeliographException) refused).unsent()).isTrue();
    }

    @Test
    void unreachableRedisIsNamed() throws Exception {
        RedisServer redis = redis();
        redis.kill();
        RedisEngine engine = opened(RedisEngine.builder(URI.create(redis.uri())).build());
        assertThat(failure(engine.connect()))
                .isInstanceOf(NotConnectedException.class)
                .hasMessageContaining("127.0.0.1:" + redis.port());
    }

    @Test
    void replicaAloneIsNotUsed() throws Exception {
        RedisServer master = redis();
        RedisServer replica = redis();
        replica.replicate(master);
        RedisEngine engine =
                opened(RedisEngine.builder(URI.create(replica.uri())).build());
        assertThat(failure(engine.connect())).hasMessageContaining("is a slave (expected: a master)");
    }

    @Test
    void deploymentsWithDifferentPrefixesAreApart() throws Exception {
        RedisServer redis = redis();
        RedisNode one = node(redis.uri()).subscribe("news");
        RedisNode two = node(redis.uri(), options -> options.keyPrefix("other")).subscribe("news");
        value(one.publish("news", 1));
        value(two.publish("news", 2));
        one.awaitLast("1");
        two.awaitLast("2");
        assertThat(one.received).containsExactly("1");
        assertThat(two.received).containsExactly("2");
    }
}
