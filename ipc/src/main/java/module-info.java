/** Topic messages between processes over a Unix domain socket, compatible with the npm package {@code @crussell52/socket-ipc}. */
@org.jspecify.annotations.NullMarked
module io.heliograph.ipc {
    requires transitive io.heliograph;
    requires org.slf4j;

    exports io.heliograph.ipc;
    exports io.heliograph.ipc.spi to
            io.heliograph.server;
}
