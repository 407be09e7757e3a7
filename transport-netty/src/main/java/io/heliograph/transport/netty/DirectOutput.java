package io.heliograph.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the socket of an epoll channel directly, without the promises and allocations of Netty's outbound buffer.
 *
 * <p>Available while Netty has no pending bytes and no handler stands between the link and the socket. Uses the buffers of the
 * event loop. Event loop only.
 */
final class DirectOutput {

    private final NettyLink link;
    private final Channel channel;
    private final Socket socket;

    private DirectOutput(NettyLink link, AbstractEpollStreamChannel channel) {
        this.link = link;
        this.channel = channel;
        this.socket = (Socket) channel.fd();
    }

    /** Creates the direct output of a link; null unless its channel is an epoll channel. */
    static @Nullable DirectOutput of(NettyLink link) {
        return link.channel() instanceof AbstractEpollStreamChannel epoll ? new DirectOutput(link, epoll) : null;
    }

    /** Whether a direct write keeps the order of bytes. */
    @SuppressWarnings("ReferenceEquality") // of handlers
    boolean isAvailable() {
        ChannelHandler first = channel.pipeline().first();
        ChannelOutboundBuffer nettys = channel.unsafe().outboundBuffer();
        return first == link && nettys != null && nettys.isEmpty() && nettys.totalPendingWriteBytes() == 0;
    }

    /** Returns an empty buffer of {@link LoopBuffers#WRITE} bytes, to be released here or passed to Netty. */
    ByteBuf take() {
        return link.nettyLoop().buffers().takeToWrite(channel.alloc());
    }

    void release(ByteBuf buffer) {
        link.nettyLoop().buffers().give(buffer);
    }

    /** Writes readable bytes of a buffer to the socket. Returns the number of bytes written. */
    int write(ByteBuf buffer) throws IOException {
        int from = buffer.readerIndex();
        int to = buffer.writerIndex();
        if (buffer.hasMemoryAddress()) {
            return socket.sendAddress(buffer.memoryAddress(), from, to);
        }
        ByteBuffer bytes = buffer.internalNioBuffer(from, to - from);
        return socket.send(bytes, bytes.position(), bytes.limit());
    }
}
