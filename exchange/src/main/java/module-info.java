/** Publish-subscribe channels for programs and for all protocols. */
@org.jspecify.annotations.NullMarked
module io.heliograph.exchange {
    requires transitive io.heliograph;
    requires org.slf4j;

    exports io.heliograph.exchange;
    exports io.heliograph.exchange.control;
    exports io.heliograph.exchange.memory to
            io.heliograph.exchange.redis;
    exports io.heliograph.exchange.presence;
    exports io.heliograph.exchange.spi;

    uses io.heliograph.exchange.spi.EngineProvider;
}
