/** The transport of Heliograph over Unix domain sockets, TCP and WebSockets, on Netty. */
@org.jspecify.annotations.NullMarked
module io.heliograph.transport.netty {
    requires transitive io.heliograph;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.kqueue;
    requires io.netty.transport.unix.common;
    requires jdk.net;
    requires org.slf4j;

    exports io.heliograph.transport.netty;

    provides io.heliograph.transport.TransportProvider with
            io.heliograph.transport.netty.NettyTransportProvider;
}
