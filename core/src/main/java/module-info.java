/** The foundation of Heliograph: addresses, frames, links, listeners and streams, on the JDK alone. */
@org.jspecify.annotations.NullMarked
module io.heliograph {
    requires transitive org.jspecify;
    requires org.slf4j;

    exports io.heliograph;
    exports io.heliograph.codec;
    exports io.heliograph.connection;
    exports io.heliograph.event;
    exports io.heliograph.frame;
    exports io.heliograph.http;
    exports io.heliograph.tls;
    exports io.heliograph.transport;
    exports io.heliograph.web;
    exports io.heliograph.internal to
            io.heliograph.channel,
            io.heliograph.codec.msgpack,
            io.heliograph.exchange,
            io.heliograph.ipc,
            io.heliograph.realtime,
            io.heliograph.rpc,
            io.heliograph.socket,
            io.heliograph.transport.netty;

    uses io.heliograph.codec.Codec;
    uses io.heliograph.transport.TransportProvider;
}
