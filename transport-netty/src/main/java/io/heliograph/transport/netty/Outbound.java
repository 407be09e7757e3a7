package io.heliograph.transport.netty;

import io.heliograph.CloseReason;
import io.heliograph.Overflow;
import io.heliograph.QueueFullException;
import io.heliograph.endpoint.OutboundQueue;
import io.heliograph.endpoint.OutboundQueue.Dropped;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameEncoder;
import io.heliograph.transport.LinkStats;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Outbound half of a link: copies the queue into large buffers once per loop iteration, and limits the bytes that Netty holds.
 *
 * <p>Bytes for which the socket has room are written by {@link DirectOutput} where it is available; Netty receives the rest and
 * waits for room.
 *
 * <p>{@link #send} is thread-safe; all other methods are for the event loop only. A frame that is sent while the event loop reads
 * from this link is written at the end of that read; other frames are written by one task for all of them.
 */
final class Outbound implements ChannelFutureListener {

    private static final int LEAST_CHUNK = 64 * 1024;
    private static final int MOST_CHUNK = LoopBuffers.WRITE;

    /** Number of chunks of a full queue. */
    private static final int CHUNKS = 64;

    /** Bytes of one link that are written in one loop iteration. */
    private static final int BURST = 2 * 1024 * 1024;

    private static final AtomicIntegerFieldUpdater<Outbound> SCHEDULED =
            AtomicIntegerFieldUpdater.newUpdater(Outbound.class, "scheduled");

    private final NettyLink link;
    private final Channel channel;
    private final int maxQueuedBytes;
    private final Overflow overflow;
    private final OutboundQueue queue;
    private final @Nullable DirectOutput direct;
    private volatile int scheduled;

    // Event loop only.
    private boolean marked;
    private boolean inRead;
    private boolean sentInRead;
    private boolean flushing;
    private long inFlight;
    private boolean ending;
    private boolean written;
    private boolean ended;
    private boolean dropped;
    private boolean halfClosed;
    private boolean polling;
    private boolean progress;
    private boolean unreported;

    Outbound(NettyLink link, FrameEncoder encoder, int maxQueuedBytes, Overflow overflow) {
        this.link = link;
        this.channel = link.channel();
        this.maxQueuedBytes = maxQueuedBytes;
        this.overflow = overflow;
        this.queue = new OutboundQueue(encoder, maxQueuedBytes, overflow);
        this.direct = DirectOutput.of(link);
    }

    boolean send(Frame frame) {
        switch (queue.offer(frame)) {
            case ACCEPTED -> {
                wake();
                return true;
            }
            case OVERFLOWED ->
                link.close(new CloseReason.Failed(new QueueFullException(
                        "the queue of the link to "
                                + link.peer()
                                + " is full: frame of "
                                + frame.length()
                                + " bytes, "
                                + queue.queuedBytes()
                                + " waiting (limit: "
                                + maxQueuedBytes
                                + "); the peer reads too slowly",
                        maxQueuedBytes)));
            case REFUSED -> {}
        }
        return false;
    }

    long queuedBytes() {
        return queue.queuedBytes();
    }

    LinkStats stats(long framesReceived, long bytesReceived) {
        return queue.stats(framesReceived, bytesReceived);
    }

    /** Rejects further frames. Thread-safe. */
    void refuse() {
        queue.end();
    }

    private void wake() {
        if (link.nettyLoop().inLoop()) {
            if (inRead) {
                sentInRead = true;
            } else if (!marked) {
                marked = true;
                link.nettyLoop().flushSoon(this);
            }
        } else if (scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
            try {
                link.nettyLoop().netty().execute(this::flushLater);
            } catch (RejectedExecutionException ended) {
                // The event loop closes the link.
            }
        }
    }

    /** Called before each of several consecutive reads. Flushes the frames that were sent during the previous read. */
    void readBegins() {
        flushSentInRead();
        inRead = true;
    }

    void readEnds() {
        inRead = false;
        flushSentInRead();
    }

    private void flushSentInRead() {
        if (sentInRead) {
            sentInRead = false;
            flush();
        }
    }

    private void flushLater() {
        scheduled = 0;
        flush();
    }

    /** Flushes on behalf of {@link NettyEventLoop#flushSoon}. */
    void flushMarked() {
        marked = false;
        flush();
    }

    private void flush() {
        if (overflow == Overflow.DROP_OLDEST) {
            reportDropped();
        }
        if (flushing || dropped || !channel.isActive() || mustWaitToPoll()) {
            return;
        }
        flushing = true;
        try {
            int rounds = BURST / high();
            boolean goOn =
                    direct == null || inFlight > 0 || halfClosed || !direct.isAvailable() || writeDirectly(direct);
            while (goOn && writeChunks()) {
                channel.flush();
                if (--rounds == 0) {
                    wake();
                    break;
                }
            }
        } catch (Throwable failure) {
            link.fail(failure);
        } finally {
            flushing = false;
        }
        if (unreported && !dropped) {
            unreported = false;
            link.written();
        }
        endIfEmpty();
    }

    /**
     * Writes the queue while the socket has room. Then the rest of the copied bytes goes to Netty, which waits for room.
     *
     * @return whether more bytes may go to Netty
     */
    private boolean writeDirectly(DirectOutput output) {
        ByteBuf buffer = output.take();
        try {
            for (int left = BURST; !dropped && queue.queuedBytes() > 0; ) {
                if (left <= 0) {
                    wake();
                    return false;
                }
                fill(buffer.clear(), chunk());
                int bytes = buffer.readableBytes();
                if (bytes == 0) {
                    return false;
                }
                int sent = output.write(buffer);
                written(sent);
                if (sent < bytes) {
                    ByteBuf rest = buffer.skipBytes(sent);
                    if (isMostlyEmpty(rest)) {
                        rest = copy(rest);
                    } else {
                        buffer = null;
                    }
                    writeToNetty(rest);
                    channel.flush();
                    return true;
                }
                left -= bytes;
            }
        } catch (IOException failure) {
            link.outputFailed(failure);
        } finally {
            if (buffer != null) {
                output.release(buffer);
            }
        }
        return false;
    }

    /** Whether a buffer of the event loop would take much more memory than its bytes for as long as the peer does not read. */
    private static boolean isMostlyEmpty(ByteBuf buffer) {
        return buffer.readableBytes() <= buffer.capacity() / 2;
    }

    private ByteBuf copy(ByteBuf bytes) {
        ByteBuf copy = channel.alloc().directBuffer(bytes.readableBytes(), bytes.readableBytes());
        return copy.writeBytes(bytes);
    }

    private void writeToNetty(ByteBuf buffer) {
        int bytes = buffer.readableBytes();
        inFlight += bytes;
        channel.write(buffer, new Chunk(channel, bytes).addListener(this));
    }

    private void fill(ByteBuf buffer, int size) {
        ByteBuffer target = buffer.internalNioBuffer(0, size);
        int start = target.position();
        queue.copyTo(target);
        buffer.writerIndex(target.position() - start);
    }

    /** Size of the largest buffer that Netty receives. */
    private int chunk() {
        return Math.clamp(maxQueuedBytes / CHUNKS, LEAST_CHUNK, MOST_CHUNK);
    }

    /** Bytes that Netty holds at most; the rest stays in the queue, where it can be dropped. */
    private int high() {
        return 2 * chunk();
    }

    /** Passes queued bytes to Netty, up to {@link #high}. Returns whether any bytes were passed. */
    private boolean writeChunks() {
        boolean any = false;
        while (!dropped && inFlight < high()) {
            long waiting = queue.queuedBytes() - inFlight;
            if (waiting <= 0) {
                break;
            }
            int size = (int) Math.min(chunk(), waiting);
            ByteBuf buffer = channel.alloc().directBuffer(size, size);
            try {
                fill(buffer, size);
            } catch (Throwable failure) {
                buffer.release();
                throw failure;
            }
            if (!buffer.isReadable()) {
                buffer.release();
                break;
            }
            any = true;
            writeToNetty(buffer);
        }
        return any;
    }

    /** Handles the outcome of a write of Netty. */
    @Override
    public void operationComplete(ChannelFuture future) {
        Chunk chunk = (Chunk) future;
        inFlight -= chunk.bytes;
        if (dropped) {
            return;
        }
        Throwable cause = future.cause();
        if (cause != null) {
            link.outputFailed(cause);
            return;
        }
        written(chunk.bytes);
        if (!flushing) {
            flush();
        }
    }

    private void written(int bytes) {
        if (bytes > 0) {
            progress = true;
            unreported = true;
            queue.written(bytes);
        }
    }

    private void reportDropped() {
        Dropped what = queue.takeDropped();
        if (what.frames() > 0) {
            link.dropped(what.frames(), what.bytes());
        }
    }

    // ---- close

    void end() {
        ending = true;
        flush();
    }

    /** Ends with control bytes of the protocol behind the queue. */
    void end(Frame last) {
        queue.end(last);
        end();
    }

    /** Writes control bytes of the protocol ahead of the queue; see {@link OutboundQueue#urgent}. */
    void urgent(Frame bytes) {
        if (!dropped) {
            queue.urgent(bytes);
            wake();
        }
    }

    /** Whether bytes have been written since the last call. */
    boolean takeProgress() {
        boolean any = progress;
        progress = false;
        return any;
    }

    private void endIfEmpty() {
        if (ending && !written && !dropped && queue.queuedBytes() == 0) {
            written = true;
            link.outputWritten();
        }
    }

    /** Whether the queue has been written after {@link #end}. */
    boolean isWritten() {
        return written;
    }

    /** Ends the output of TLS and of the stream; {@code then} runs afterwards. */
    void shutDown(Runnable then) {
        SslHandler tls = link.tls();
        if (tls == null) {
            shutDownStream(then);
        } else {
            tls.closeOutbound().addListener(closed -> shutDownStream(then));
        }
    }

    private void shutDownStream(Runnable then) {
        if (!dropped) {
            // A failure means that the connection has failed, which reading reports too.
            ((DuplexChannel) channel).shutdownOutput().addListener(down -> {
                ended = true;
                then.run();
            });
        }
    }

    /** Whether the output of the stream has ended. */
    boolean isEnded() {
        return ended;
    }

    /** Drops the queue. */
    void drop() {
        if (!dropped) {
            dropped = true;
            queue.clear();
        }
    }

    // ---- half-closed connections

    /** Prepares for the missing notifications of writability; see {@link PolledOutput}. */
    void peerHalfClosed() {
        halfClosed = channel instanceof AbstractEpollStreamChannel;
    }

    /** Adds {@link PolledOutput}; returns true while Netty has to write its pending bytes first. */
    private boolean mustWaitToPoll() {
        if (!halfClosed || polling) {
            return false;
        }
        ChannelOutboundBuffer nettys = channel.unsafe().outboundBuffer();
        if (nettys != null && nettys.isEmpty()) {
            polling = true;
            channel.pipeline().addFirst(new PolledOutput(((AbstractEpollStreamChannel) channel).fd()));
        }
        return !polling && inFlight > 0;
    }

    /** The outcome of writing one buffer. */
    private static final class Chunk extends DefaultChannelPromise {

        private final int bytes;

        Chunk(Channel channel, int bytes) {
            super(channel);
            this.bytes = bytes;
        }
    }
}
