/** Channels, procedures and streams over WebSocket, compatible with SocketCluster 20. */
@org.jspecify.annotations.NullMarked
module io.heliograph.realtime {
    requires transitive io.heliograph;
    requires transitive io.heliograph.web;
    requires transitive io.heliograph.exchange;
    requires org.slf4j;

    exports io.heliograph.realtime;
    exports io.heliograph.realtime.spi to
            io.heliograph.cli,
            io.heliograph.server;
}
