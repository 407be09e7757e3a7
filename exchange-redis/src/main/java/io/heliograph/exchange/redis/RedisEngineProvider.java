package io.heliograph.exchange.redis;

import io.heliograph.exchange.Engine;
import io.heliograph.exchange.spi.EngineOptions;
import io.heliograph.exchange.spi.EngineProvider;
import java.net.URI;
import java.util.Set;
import java.util.function.Supplier;

/** Creates engines for {@code redis} and {@code rediss}. */
public final class RedisEngineProvider implements EngineProvider {

    @Override
    public Set<String> schemes() {
        return Set.of("redis", "rediss");
    }

    @Override
    public Supplier<Engine> prepare(EngineOptions options) {
        RedisEngine.Builder builder = RedisEngine.builder(URI.create(options.url()))
                .whileDisconnected(options.queueWhileDisconnected() ? WhileDisconnected.QUEUE : WhileDisconnected.FAIL)
                .history(options.history());
        if (options.user() != null) {
            builder.user(options.user());
        }
        String password = options.password();
        if (password != null) {
            builder.password(() -> password);
        }
        if (options.keyPrefix() != null) {
            builder.keyPrefix(options.keyPrefix());
        }
        if (options.node() != null) {
            builder.node(options.node());
        }
        if (options.nodeTtl() != null) {
            builder.nodeTtl(options.nodeTtl());
        }
        return builder::build;
    }
}
