package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.ControlContract;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Command.Target;
import io.heliograph.exchange.control.Control;
import io.heliograph.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control of an engine keeps the contract on a single Redis and on a promoted replica, and survives faults of Redis. */
class EngineControlTest extends ControlContract {

    @TempDir
    static Path folder;

    private static RedisServer redis;
    private static RedisServer replica;
    private static int prefixes;
    private static boolean promoted;

    private final List<RedisEngine> engines = new ArrayList<>();

    @BeforeAll
    static void startRedis() throws IOException {
        redis = RedisServer.start(folder);
        replica = RedisServer.start(folder);
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
        replica.close();
    }

    @AfterEach
    void closeEngines() {
        engines.forEach(RedisEngine::close);
    }

    private RedisEngine engine(String prefix) {
        RedisEngine engine = RedisEngine.builder(
                        URI.create("redis://127.0.0.1:" + redis.port() + ",127.0.0.1:" + replica.port()))
                .keyPrefix(prefix)
                .nodeTtl(Duration.ofSeconds(5))
                .build();
        engines.add(engine);
        value(engine.connect());
        return engine;
    }

    @Override
    protected Control newControl() {
        return engine("p" + ++prefixes).control();
    }

    /** The same on a replica that was promoted when its master was killed. */
    @Nested
    class Promoted extends ControlContract {

        @Override
        protected Control newControl() {
            if (!promoted) {
                promoted = true;
                promote();
            }
            return engine("p" + ++prefixes).control();
        }

        private static void promote() {
            try {
                replica.replicate(redis);
                redis.kill();
                replica.promote();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    @Test
    void commandsSurviveLostConnectionsAndFunctions() throws Exception {
        RedisEngine a = engine("f");
        RedisEngine b = engine("f");
        BlockingQueue<Command> executed = new LinkedBlockingQueue<>();
        a.control().onCommand(command -> {});
        b.control().onCommand(executed::add);
        await().until(() -> a.control().nodes().size() == 2);
        value(a.control().revocations());
        value(b.control().revocations());
        Target ada = new Target.User("ada");
        for (int i = 0; i < 12; i++) {
            if (i % 3 == 0) {
                redis.killClients("normal");
            } else if (i % 3 == 1) {
                redis.killClients("pubsub");
            } else {
                redis.flushFunctions();
            }
            Command sent = new Command.Disconnect(ada, i, "");
            assertThat(value(a.control().send(sent))).isEqualTo(2);
            assertThat(executed.poll(30, TimeUnit.SECONDS)).isEqualTo(sent);
        }
        assertThat(executed).isEmpty();
    }

    @Test
    void nodeThatStartsLaterReadsRevocations() {
        RedisEngine a = engine("r");
        a.control().onCommand(command -> {});
        Instant now = Instant.now();
        Command.Revoke revoke = new Command.Revoke(new Target.Token("t"), now, now.plusSeconds(60));
        assertThat(value(a.control().send(revoke))).isEqualTo(1);
        assertThat(value(engine("r").control().revocations())).containsExactly(revoke);
    }

    @Test
    void closedEngineHasLeft() {
        RedisEngine a = engine("l");
        RedisEngine b = engine("l");
        await().until(() -> a.control().nodes().size() == 2);
        b.close();
        await().until(() -> a.control().nodes().equals(List.of(a.control().self())));
    }
}
