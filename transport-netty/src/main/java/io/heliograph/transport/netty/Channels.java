package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.TcpOptions;
import io.heliograph.transport.Tls;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Configures the channel of a link: its options and handlers. */
final class Channels {

    // Adapts to the size of reads. A pooled buffer of less than 2 KiB would save nothing, and a retained frame would
    // keep too
    // much memory of one of more than 64 KiB.
    private static final int LEAST_READ = 2 * 1024;
    private static final int MOST_READ = 64 * 1024;

    private static final Executor HANDSHAKES =
            task -> Thread.ofVirtual().name("heliograph-handshake").start(task);

    // Consecutive reads of one channel; a read that does not fill its buffer is the last.
    private static final int READS = 16;

    private static final AdaptiveRecvByteBufAllocator RECEIVER =
            new AdaptiveRecvByteBufAllocator(LEAST_READ, 2 * LEAST_READ, MOST_READ);

    static {
        RECEIVER.maxMessagesPerRead(READS);
    }

    private Channels() {}

    /** Prepares a channel that is not registered yet; {@code owner} is notified when its link opens. */
    static NettyLink link(
            Channel channel,
            NettyEventLoop loop,
            Address peer,
            LinkOptions options,
            boolean server,
            NettyLink.Owner owner) {
        configure(channel, options.tcp());
        SslHandler tls = tls(channel, peer, options.tls(), options.connectTimeout(), server);
        if (tls == null) {
            channel.config().setRecvByteBufAllocator(receiver(channel, loop.receiver()));
        }
        NettyLink link = new StreamLink(channel, loop, peer, options, tls, owner);
        channel.pipeline().addLast(link);
        return link;
    }

    static void configure(Channel channel, TcpOptions tcp) {
        ChannelConfig config = channel.config();
        config.setRecvByteBufAllocator(receiver(channel, RECEIVER));
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setOption(ChannelOption.AUTO_CLOSE, false);
        config.setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
        if (channel instanceof SocketChannel) {
            tcp(config, tcp);
        }
    }

    private static void tcp(ChannelConfig config, TcpOptions options) {
        config.setOption(ChannelOption.TCP_NODELAY, options.noDelay());
        if (options.keepAlive()) {
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
        }
        if (options.receiveBufferBytes() > 0) {
            config.setOption(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
        }
        if (options.sendBufferBytes() > 0) {
            config.setOption(ChannelOption.SO_SNDBUF, options.sendBufferBytes());
        }
    }

    /** Adds a TLS handler in front, if TLS is configured. */
    static @Nullable SslHandler tls(
            Channel channel, Address peer, Optional<Tls> tls, Duration timeout, boolean server) {
        if (tls.isEmpty()) {
            return null;
        }
        SslHandler handler = new SslHandler(tls.get().engine(peer, server), HANDSHAKES);
        handler.setHandshakeTimeout(TimeUnit.MILLISECONDS.convert(timeout), TimeUnit.MILLISECONDS);
        channel.pipeline().addLast(handler);
        return handler;
    }

    private static RecvByteBufAllocator receiver(Channel channel, RecvByteBufAllocator buffers) {
        return channel instanceof NioDomainSocketChannel nio ? new HalfClosing(buffers, nio) : buffers;
    }

    /**
     * Keeps a Unix domain socket over NIO open when its peer ends the output. Netty 4.2.18 closes such a channel regardless of
     * its options, unless its input has been shut down; so this class shuts it down when a read reaches the end.
     */
    private record HalfClosing(RecvByteBufAllocator buffers, DuplexChannel channel) implements RecvByteBufAllocator {

        @Override
        @SuppressWarnings("deprecation") // of the only method
        public Handle newHandle() {
            return new DelegatingHandle(buffers.newHandle()) {
                @Override
                public void lastBytesRead(int bytes) {
                    super.lastBytesRead(bytes);
                    if (bytes < 0) {
                        channel.shutdownInput();
                    }
                }
            };
        }
    }
}
