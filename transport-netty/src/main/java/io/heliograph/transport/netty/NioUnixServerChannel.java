package io.heliograph.transport.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.nio.AbstractNioMessageChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listening Unix domain socket over NIO that keeps, unlike that of Netty, the socket file when it closes. */
final class NioUnixServerChannel extends AbstractNioMessageChannel implements ServerChannel, NettyAcceptor.NioRelease {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final ServerSocketChannel server;
    private final ChannelConfig config;

    /**
     * @param server a bound channel
     */
    NioUnixServerChannel(ServerSocketChannel server) {
        super(null, server, SelectionKey.OP_ACCEPT);
        this.server = server;
        this.config = new DefaultChannelConfig(this, new ServerChannelRecvByteBufAllocator()) {
            @Override
            protected void autoReadCleared() {
                clearReadPending();
            }
        };
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isActive() {
        return isOpen();
    }

    @Override
    public boolean isReleased() {
        return !server.isRegistered();
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        SocketChannel peer = server.accept();
        if (peer == null) {
            return 0;
        }
        try {
            accepted.add(new NioDomainSocketChannel(this, peer));
            return 1;
        } catch (Throwable failure) {
            peer.close();
            throw failure;
        }
    }

    @Override
    protected void doClose() throws Exception {
        try {
            super.doClose();
        } finally {
            server.close();
        }
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected boolean doConnect(SocketAddress remote, SocketAddress local) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void doFinishConnect() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void doDisconnect() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected boolean doWriteMessage(Object message, ChannelOutboundBuffer buffer) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }
}
