package io.heliograph.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes to an epoll channel whose peer has ended its output, and retries while the socket buffer is full.
 *
 * <p>Netty 4.2.18 removes such a channel from the epoll set when there is nothing to read or write. A later request for
 * notification of writability then modifies a missing entry, fails, and drops the pending bytes. A long response to a client that
 * has ended its output and reads slowly would lose its end.
 *
 * <p>This handler is added in front when Netty has no pending bytes, and holds no more than {@link Outbound} writes at once.
 */
final class PolledOutput extends ChannelOutboundHandlerAdapter {

    private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private record Waiting(ByteBuf buffer, ChannelPromise promise) {}

    private final Socket socket;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private long pause = SHORTEST_PAUSE;
    private boolean retrying;

    PolledOutput(FileDescriptor socket) {
        this.socket = (Socket) socket;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        // Releases the pending buffers, whatever closes the channel.
        ctx.channel().closeFuture().addListener(closed -> failAll(new ClosedChannelException()));
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        waiting.add(new Waiting(direct(ctx, (ByteBuf) message), promise));
        if (!ctx.channel().isActive()) {
            failAll(new ClosedChannelException());
        }
    }

    private static ByteBuf direct(ChannelHandlerContext ctx, ByteBuf buffer) {
        if (buffer.isDirect() && buffer.nioBufferCount() == 1) {
            return buffer;
        }
        try {
            return ctx.alloc().directBuffer(buffer.readableBytes()).writeBytes(buffer);
        } finally {
            buffer.release();
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (!retrying) {
            writeAll();
        }
    }

    private void retry() {
        retrying = false;
        writeAll();
    }

    private void writeAll() {
        try {
            Waiting first;
            while ((first = waiting.peek()) != null) {
                ByteBuf buffer = first.buffer;
                if (buffer.isReadable() && !writeSome(buffer)) {
                    waitForRoom();
                    return;
                }
                if (!buffer.isReadable()) {
                    waiting.remove();
                    buffer.release();
                    first.promise.trySuccess();
                }
            }
        } catch (IOException | RuntimeException failure) {
            failAll(failure);
        }
    }

    private boolean writeSome(ByteBuf buffer) throws IOException {
        var bytes = buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes());
        int written = socket.send(bytes, bytes.position(), bytes.limit());
        if (written <= 0) {
            return false;
        }
        buffer.skipBytes(written);
        pause = SHORTEST_PAUSE;
        return true;
    }

    private void waitForRoom() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            retrying = true;
            ctx.channel().eventLoop().schedule(this::retry, pause, TimeUnit.NANOSECONDS);
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
    }

    private void failAll(Throwable cause) {
        Waiting each;
        while ((each = waiting.poll()) != null) {
            each.buffer.release();
            each.promise.tryFailure(cause);
        }
    }
}
