package io.heliograph.transport.netty;

import io.netty.channel.socket.nio.NioServerSocketChannel;

/** A TCP socket that listens, over NIO. Unlike Netty's own, it tells when it is closed indeed. */
final class NioTcpServerChannel extends NioServerSocketChannel implements NettyAcceptor.NioRelease {

    @Override
    public boolean isReleased() {
        return !javaChannel().isRegistered();
    }
}
