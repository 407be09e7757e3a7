package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.PresenceContract;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.exchange.presence.Presence.Member;
import io.heliograph.exchange.presence.PresenceListener;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Presence on a single Redis keeps the contract, and agrees on several nodes. */
class RedisPresenceTest extends PresenceContract {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LINGER = Duration.ofMillis(400);

    @TempDir
    static Path folder;

    private static @Nullable RedisServer redis;

    private final Deque<RedisEngine> engines = new ArrayDeque<>();

    @BeforeAll
    static void startRedis() throws IOException {
        redis = RedisServer.start(folder);
    }

    @AfterAll
    static void stopRedis() {
        redis().close();
    }

    private static RedisServer redis() {
        return Objects.requireNonNull(redis);
    }

    private RedisEngine engine(Consumer<RedisEngine.Builder> options) {
        RedisEngine.Builder builder =
                RedisEngine.builder(URI.create(redis().uri())).presenceLinger(LINGER);
        options.accept(builder);
        RedisEngine engine = builder.build();
        engines.push(engine);
        value(engine.connect());
        value(engine.control().revocations()); // the node has joined
        return engine;
    }

    @Override
    protected Presence newPresence() {
        return engine(options -> {}).presence();
    }

    /** Twice the linger time. */
    @Override
    protected void passLinger() {
        await().pollDelay(LINGER.multipliedBy(2)).until(() -> true);
    }

    @AfterEach
    void closeEngines() {
        engines.forEach(RedisEngine::close);
    }

    private static Member member(String id) {
        return new Member(id, "ada", null, "");
    }

    private static List<String> watched(Presence presence, String channel) {
        List<String> log = new CopyOnWriteArrayList<>();
        presence.watch(channel, new PresenceListener() {
            @Override
            public void entered(Member member) {
                log.add("+" + member.id());
            }

            @Override
            public void left(Member member) {
                log.add("-" + member.id());
            }
        });
        value(((RedisPresence) presence).refresh()); // the members at the beginning have been read
        return log;
    }

    @Test
    void nodesSeeTheMembersOfEachOther() {
        Presence one = engine(options -> {}).presence();
        Presence two = engine(options -> {}).presence();
        value(one.enter("room", member("a")));
        List<String> log = watched(one, "room");
        value(two.enter("room", member("b")));
        await().atMost(PATIENCE).until(() -> log.equals(List.of("+b")));
        assertThat(value(one.members("room"))).containsExactlyInAnyOrder(member("a"), member("b"));
        assertThat(value(two.count("room"))).isEqualTo(2);
        value(two.leave("room", "b"));
        await().atMost(PATIENCE).until(() -> log.equals(List.of("+b", "-b")));
    }

    @Test
    void memberThatMovesToAnotherNodeNeverLeft() {
        Presence one = engine(options -> {}).presence();
        Presence two = engine(options -> {}).presence();
        List<String> log = watched(one, "move");
        value(one.enter("move", member("a")));
        await().atMost(PATIENCE).until(() -> log.contains("+a"));
        value(two.enter("move", member("a")));
        value(one.leave("move", "a"));
        passLinger();
        value(two.enter("move", member("b")));
        await().atMost(PATIENCE).until(() -> log.contains("+b"));
        assertThat(log).containsExactly("+a", "+b");
    }

    @Test
    void membersOfClosedNodeLeaveAtOnce() {
        Presence one = engine(options -> {}).presence();
        RedisEngine closing = engine(options -> {});
        List<String> log = watched(one, "closing");
        value(closing.presence().enter("closing", member("a")));
        await().atMost(PATIENCE).until(() -> log.contains("+a"));
        closing.close();
        await().atMost(PATIENCE).until(() -> log.contains("-a"));
        assertThat(value(one.members("closing"))).isEmpty();
    }

    @Test
    void membersOfDeadNodeLeaveAfterItsTime() throws Exception {
        Consumer<RedisEngine.Builder> soon =
                options -> options.nodeTtl(Duration.ofSeconds(2)).keyPrefix("dead");
        Presence one = engine(soon).presence();
        RedisEngine dying = engine(soon);
        List<String> log = watched(one, "room");
        value(dying.presence().enter("room", member("a")));
        await().atMost(PATIENCE).until(() -> log.contains("+a"));
        dying.kill();
        assertThat(value(one.members("room"))).containsExactly(member("a"));
        await().atMost(PATIENCE).until(() -> log.contains("-a"));
        assertThat(value(one.members("room"))).isEmpty();
        await().atMost(PATIENCE)
                .until(() -> ((List<?>) Objects.requireNonNull(redis().command("KEYS", "dead:*:q:room:*"))).isEmpty());
    }

    @Test
    void membersAreWrittenAgainAfterLossOfData() throws Exception {
        Presence one = engine(options -> {}).presence();
        Presence two = engine(options -> {}).presence();
        value(one.enter("lost", member("a")));
        List<String> log = watched(two, "lost");
        redis().restart();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> one.members("lost").join().equals(List.of(member("a"))));
        value(one.enter("lost", member("b")));
        await().atMost(PATIENCE).until(() -> log.contains("+b"));
        assertThat(log).containsExactly("+b");
    }

    @Test
    void changesDuringLossOfConnectionsAreReported() throws Exception {
        Presence one = engine(options -> {}).presence();
        Presence two = engine(options -> {}).presence();
        List<String> log = watched(one, "cut");
        for (int i = 0; i < 5; i++) {
            redis().killClients("pubsub");
            redis().killClients("normal");
            String id = "m" + i;
            await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                Await.value(two.enter("cut", member(id)));
                return true;
            });
        }
        await().atMost(PATIENCE).until(() -> log.size() == 5);
        assertThat(log).containsExactlyInAnyOrder("+m0", "+m1", "+m2", "+m3", "+m4");
    }
}
