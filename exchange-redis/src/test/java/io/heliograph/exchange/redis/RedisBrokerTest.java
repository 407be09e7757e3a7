package io.heliograph.exchange.redis;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.BrokerContract;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The broker on a single Redis keeps the contract. */
class RedisBrokerTest extends BrokerContract {

    @TempDir
    static Path folder;

    private static @Nullable RedisServer redis;

    private @Nullable RedisEngine engine;

    @BeforeAll
    static void startRedis() throws IOException {
        redis = RedisServer.start(folder);
    }

    @AfterAll
    static void stopRedis() {
        Objects.requireNonNull(redis).close();
    }

    @Override
    protected Broker newBroker() {
        RedisEngine started = RedisEngine.builder(
                        URI.create(Objects.requireNonNull(redis).uri()))
                .history(channel -> HistoryLimits.of(RETAINED, Duration.ofMinutes(5)))
                .build();
        engine = started;
        Await.value(started.connect());
        return started.broker();
    }

    @AfterEach
    void closeEngine() {
        if (engine != null) {
            engine.close();
        }
    }
}
