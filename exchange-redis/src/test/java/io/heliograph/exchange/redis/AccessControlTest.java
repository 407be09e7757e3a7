package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Command.Target;
import io.heliograph.exchange.presence.Presence.Member;
import io.heliograph.exchange.presence.PresenceListener;
import io.heliograph.testkit.RedisServer;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The access control list in the documentation is what a node needs. */
class AccessControlTest {

    /** Commands that nodes send besides the functions. */
    private static final Set<String> SENT = Set.of(
            "ping",
            "role",
            "info",
            "cluster|slots",
            "function|load",
            "fcall",
            "ssubscribe",
            "sunsubscribe",
            "hget",
            "hmget",
            "hsetnx",
            "lrange");

    private static final Pattern CALL = Pattern.compile("redis\\.call\\('([A-Z]+)'");

    @RegisterExtension
    private final Scratch scratch = new Scratch();

    /** The words of the rule in the documentation. */
    private static List<String> rule() throws IOException {
        String page = Files.readString(Path.of("../docs/scale-out.md"));
        int start = page.indexOf("ACL SETUSER");
        return List.of(page.substring(start, page.indexOf("```", start)).strip().split("\\s+"));
    }

    private RedisNode node(RedisServer redis, String password, Consumer<RedisEngine.Builder> options) {
        return scratch.closing(new RedisNode(URI.create(redis.uri()), builder -> {
            builder.user("helio").password(() -> password);
            options.accept(builder);
        }));
    }

    @Test
    void listedCommandsAreEnough() throws Exception {
        RedisServer redis = scratch.closing(RedisServer.start(scratch.folder()));
        redis.command(rule().toArray(new String[0]));
        RedisNode node = node(redis, "PASSWORD", options -> {});
        node.subscribe("news");
        value(node.publish("news", 1));
        node.awaitLast("1");
        value(node.engine.broker().read("news", null, 10));
        value(node.engine
                .broker()
                .check(Map.of("news", value(node.engine.broker().subscribe("news")))));
        value(node.engine.control().revocations());
        node.engine.presence().watch("news", new PresenceListener() {
            @Override
            public void entered(Member member) {}

            @Override
            public void left(Member member) {}
        });
        value(node.engine.presence().enter("news", new Member("1", "ada", null, "")));
        assertThat(value(node.engine.presence().members("news"))).hasSize(1);
        value(node.engine.presence().leave("news", "1"));
        value(node.engine
                .control()
                .send(new Command.Revoke(
                        new Target.User("ada"), Instant.now(), Instant.now().plusSeconds(60))));
        node.close();
        assertThat(redis.command("ACL", "LOG")).isEqualTo(List.of());
        assertThat(node.errors).isEmpty();
    }

    @Test
    void noFurtherCommandIsListed() throws Exception {
        Set<String> needed = new TreeSet<>(SENT);
        try (Stream<Path> resources = Files.list(Path.of("src/main/resources/io/heliograph/exchange/redis"))) {
            for (Path resource : resources.toList()) {
                CALL.matcher(Files.readString(resource))
                        .results()
                        .forEach(call -> needed.add(call.group(1).toLowerCase(Locale.ROOT)));
            }
        }
        assertThat(rule().stream().filter(word -> word.startsWith("+")).map(word -> word.substring(1)))
                .containsExactlyInAnyOrderElementsOf(needed);
    }

    @Test
    void refusedSubscriptionIsRepeated() throws Exception {
        RedisServer redis = scratch.closing(RedisServer.start(scratch.folder()));
        List<String> withoutChannels =
                rule().stream().filter(word -> !word.startsWith("&")).toList();
        redis.command(withoutChannels.toArray(new String[0]));
        RedisNode node = node(redis, "PASSWORD", options -> {});
        List<String> entered = new CopyOnWriteArrayList<>();
        node.engine.presence().watch("news", new PresenceListener() {
            @Override
            public void entered(Member member) {
                entered.add(member.id());
            }

            @Override
            public void left(Member member) {}
        });
        await().until(() ->
                String.valueOf(redis.command("ACL", "LOG")).contains("helio:{" + PartitionKeys.tag(0, 1) + "}:w:news"));
        redis.command("ACL", "SETUSER", "helio", "&helio:*");
        RedisNode other = node(redis, "PASSWORD", options -> {});
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            value(other.engine.presence().enter("news", new Member("1", "ada", null, "")));
            return entered.contains("1");
        });
    }

    @Test
    void otherKeysAreRefusedByName() throws Exception {
        RedisServer redis = scratch.closing(RedisServer.start(scratch.folder()));
        redis.command(rule().toArray(new String[0]));
        RedisEngine engine = scratch.closing(RedisEngine.builder(URI.create(redis.uri()))
                .user("helio")
                .password(() -> "PASSWORD")
                .keyPrefix("other")
                .build());
        assertThat(failure(engine.connect())).hasMessageContaining("NOPERM");
    }

    @Test
    void wrongPasswordIsNamedWithoutIt() throws Exception {
        RedisServer redis = scratch.closing(RedisServer.start(scratch.folder()));
        redis.command(rule().toArray(new String[0]));
        RedisEngine engine = scratch.closing(RedisEngine.builder(URI.create(redis.uri()))
                .user("helio")
                .password(() -> "secret-of-mine")
                .build());
        assertThat(failure(engine.connect()))
                .hasMessageContaining("WRONGPASS")
                .hasMessageNotContaining("secret-of-mine");
    }
}
