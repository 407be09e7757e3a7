package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.NotConnectedException;
import io.heliograph.testkit.RedisServer;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that do not fit a deployment or its servers do not connect. */
class DeploymentTest {

    @RegisterExtension
    private final Scratch scratch = new Scratch();

    private RedisServer redis(String... options) throws IOException {
        return scratch.closing(RedisServer.start(scratch.folder(), options));
    }

    private RedisEngine engine(RedisServer redis, Consumer<RedisEngine.Builder> options) {
        RedisEngine.Builder builder = RedisEngine.builder(URI.create(redis.uri()));
        options.accept(builder);
        return scratch.closing(builder.build());
    }

    @Test
    void firstNodeStoresThePropertiesOfTheDeployment() throws Exception {
        RedisServer redis = redis();
        value(engine(redis, options -> {}).connect());
        assertThat(redis.command("HMGET", "helio:{0}:config", "format", "partitions"))
                .isEqualTo(List.of("1", "1"));
        value(engine(redis, options -> {}).connect());
    }

    @Test
    void nodeOfAnotherFormatIsNamed() throws Exception {
        RedisServer redis = redis();
        redis.command("HSET", "helio:{0}:config", "format", "2", "partitions", "1");
        assertThat(failure(engine(redis, options -> {}).connect()))
                .isInstanceOf(NotConnectedException.class)
                .hasMessageContaining("have format 2 (expected: 1, that of this node;");
        value(engine(redis, options -> options.keyPrefix("other")).connect());
    }

    @Test
    void nodeWithOtherPartitionsIsNamed() throws Exception {
        RedisServer redis = redis();
        redis.command("HSET", "helio:{0}:config", "format", "1", "partitions", "64");
        assertThat(failure(engine(redis, options -> {}).connect()))
                .hasMessageContaining("have partitions 64 (expected: 1, that of this node;");
    }

    @Test
    void fullServerAcceptsNodesOfItsDeployment() throws Exception {
        RedisServer redis = redis("maxmemory-policy", "noeviction");
        value(engine(redis, options -> {}).connect());
        redis.command("CONFIG", "SET", "maxmemory", "1");
        value(engine(redis, options -> {}).connect());
    }

    @Test
    void nodeOfClusterIsNamed() throws Exception {
        RedisServer redis = redis("cluster-enabled", "yes");
        assertThat(failure(engine(redis, options -> {}).connect()))
                .hasMessageContaining("is a node of a cluster (expected: a single Redis, or the option cluster)");
    }

    @Test
    void singleServerIsNamedWhereClusterIsExpected() throws Exception {
        RedisServer redis = redis();
        assertThat(failure(engine(redis, options -> options.cluster(true)).connect()))
                .hasMessageContaining("cluster support disabled");
    }
}
