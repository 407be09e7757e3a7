/** JSON-RPC 2.0 and MessagePack RPC with events and namespaces, compatible with the npm package {@code rpc-websockets}. */
@org.jspecify.annotations.NullMarked
module io.heliograph.rpc {
    requires transitive io.heliograph;
    requires transitive io.heliograph.web;
    requires org.slf4j;

    exports io.heliograph.rpc;
    exports io.heliograph.rpc.spi to
            io.heliograph.server;
}
