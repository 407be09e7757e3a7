/** Engine of the exchange on Redis: many servers share one exchange. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic") // Lettuce and Reactor have no module descriptors.
module io.heliograph.exchange.redis {
    requires transitive io.heliograph.exchange;
    requires lettuce.core;
    requires org.slf4j;

    exports io.heliograph.exchange.redis;

    provides io.heliograph.exchange.spi.EngineProvider with
            io.heliograph.exchange.redis.RedisEngineProvider;
}
