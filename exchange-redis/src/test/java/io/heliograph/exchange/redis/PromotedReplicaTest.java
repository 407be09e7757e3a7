package io.heliograph.exchange.redis;

import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.BrokerContract;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.PresenceContract;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Broker and presence keep their contracts at a replica that was promoted after its master was killed. */
class PromotedReplicaTest extends BrokerContract {

    private static final Duration LINGER = Duration.ofMillis(400);

    @TempDir
    static Path folder;

    private static @Nullable RedisServer master;
    private static @Nullable RedisServer replica;

    private @Nullable RedisEngine engine;

    @BeforeAll
    static void promote() throws IOException {
        RedisServer first = RedisServer.start(Files.createDirectory(folder.resolve("master")));
        RedisServer second = RedisServer.start(Files.createDirectory(folder.resolve("replica")));
        master = first;
        replica = second;
        second.replicate(first);
        first.kill();
        second.promote();
    }

    @AfterAll
    static void stop() {
        Objects.requireNonNull(master).close();
        Objects.requireNonNull(replica).close();
    }

    private RedisEngine newEngine() {
        RedisEngine started = RedisEngine.builder(URI.create("redis://127.0.0.1:"
                        + Objects.requireNonNull(master).port() + ",127.0.0.1:"
                        + Objects.requireNonNull(replica).port()))
                .presenceLinger(LINGER)
                .history(channel -> HistoryLimits.of(RETAINED, Duration.ofMinutes(5)))
                .build();
        engine = started;
        Await.value(started.connect());
        return started;
    }

    @Override
    protected Broker newBroker() {
        return newEngine().broker();
    }

    /** The presence there. */
    @Nested
    class InPresence extends PresenceContract {

        @Override
        protected Presence newPresence() {
            RedisEngine started = newEngine();
            Await.value(started.control().revocations()); // the node has joined
            return started.presence();
        }

        @Override
        protected void passLinger() {
            await().pollDelay(LINGER.multipliedBy(2)).until(() -> true);
        }
    }

    @AfterEach
    void closeEngine() {
        if (engine != null) {
            engine.close();
        }
    }
}
