/** Channels between processes, without a server; compatible with the npm package {@code open-channel}. */
@org.jspecify.annotations.NullMarked
module io.heliograph.channel {
    requires transitive io.heliograph;
    requires org.slf4j;

    exports io.heliograph.channel;
    exports io.heliograph.channel.spi to
            io.heliograph.server;
}
