package io.heliograph.transport.netty;

import io.netty.channel.socket.nio.NioServerSocketChannel;

/** A listening TCP socket over NIO that reports, unlike that of Netty, when the system has released it. */
final class NioTcpServerChannel extends NioServerSocketChannel implements NettyAcceptor.NioRelease {

    @Override
    public boolean isReleased() {
        return !javaChannel().isRegistered();
    }
}
