/** Channels, publish and subscribe, for all protocols at once. */
@org.jspecify.annotations.NullMarked
module io.heliograph.exchange {
    requires transitive io.heliograph;
    requires org.slf4j;

    exports io.heliograph.exchange;
}
