/** Typed values over plain or framed TCP, compatible with the socket module of the Accessors and Ptolemy hosts. */
@org.jspecify.annotations.NullMarked
module io.heliograph.socket {
    requires transitive io.heliograph;
    requires static java.desktop; // for images only
    requires org.slf4j;

    exports io.heliograph.socket;
    exports io.heliograph.socket.spi to
            io.heliograph.server;
}
