/** The foundation of Heliograph: addresses, frames, links, listeners and streams, on the JDK alone. */
@org.jspecify.annotations.NullMarked
module io.heliograph {
    requires transitive org.jspecify;
    requires org.slf4j;

    exports io.heliograph;
    exports io.heliograph.codec;
    exports io.heliograph.frame;
    exports io.heliograph.http;
    exports io.heliograph.tls;
    exports io.heliograph.transport;
    exports io.heliograph.endpoint to
            io.heliograph.channel,
            io.heliograph.cli,
            io.heliograph.exchange,
            io.heliograph.exchange.redis,
            io.heliograph.ipc,
            io.heliograph.realtime,
            io.heliograph.rpc,
            io.heliograph.server,
            io.heliograph.socket,
            io.heliograph.testkit,
            io.heliograph.transport.netty,
            io.heliograph.web;
    exports io.heliograph.internal to
            io.heliograph.channel,
            io.heliograph.cli,
            io.heliograph.codec.json,
            io.heliograph.codec.msgpack,
            io.heliograph.exchange,
            io.heliograph.exchange.redis,
            io.heliograph.ipc,
            io.heliograph.realtime,
            io.heliograph.rpc,
            io.heliograph.server,
            io.heliograph.socket,
            io.heliograph.testkit,
            io.heliograph.transport.netty,
            io.heliograph.web;
    exports io.heliograph.scan to
            io.heliograph.cli,
            io.heliograph.codec.json,
            io.heliograph.codec.msgpack,
            io.heliograph.ipc,
            io.heliograph.realtime,
            io.heliograph.rpc,
            io.heliograph.server,
            io.heliograph.socket;
    exports io.heliograph.unix to
            io.heliograph.channel,
            io.heliograph.ipc,
            io.heliograph.rpc,
            io.heliograph.server,
            io.heliograph.testkit;
    exports io.heliograph.websocket to
            io.heliograph.testkit,
            io.heliograph.transport.netty,
            io.heliograph.web;

    uses io.heliograph.codec.Codec;
    uses io.heliograph.transport.TransportProvider;
}
