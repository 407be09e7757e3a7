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
 * Writes to the socket of an epoll channel at once, without the promises, queues and allocations with which Netty waits for room.
 *
 * <p>It may be used while Netty has nothing to write itself and no handler stands between the link and the socket. Its buffers
 * are the loop's, in turn.
 */
final class StraightOutput {

    private final NettyLink link;
    private final Channel channel;
    private final Socket socket;

    private StraightOutput(NettyLink link, AbstractEpollStreamChannel channel) {
        this.link = link;
        this.channel = channel;
        this.socket = (Socket) channel.fd();
    }

    /** Null where there is none. */
    static @Nullable StraightOutput of(NettyLink link) {
        return link.channel() instanceof AbstractEpollStreamChannel epoll ? new StraightOutput(link, epoll) : null;
    }

    /** Whether what is written now comes in its turn. */
    @SuppressWarnings("ReferenceEquality") // of handlers
    boolean isFree() {
        ChannelHandler first = channel.pipeline().first();
        ChannelOutboundBuffer nettys = channel.unsafe().outboundBuffer();
        return first == link && nettys != null && nettys.isEmpty() && nettys.totalPendingWriteBytes() == 0;
    }

    /** An empty buffer of {@link LoopBuffers#WRITE}, to be given back or passed on. */
    ByteBuf take() {
        return link.nettyLoop().buffers().takeToWrite(channel.alloc());
    }

    void giveBack(ByteBuf buffer) {
        link.nettyLoop().buffers().give(buffer);
    }

    /** Writes what can be read of a buffer; returns how much of it the socket had room for. */
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
