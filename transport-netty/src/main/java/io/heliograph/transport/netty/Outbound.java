package io.heliograph.transport.netty;

import io.heliograph.CloseReason;
import io.heliograph.Overflow;
import io.heliograph.QueueFullException;
import io.heliograph.endpoint.OutboundQueue;
import io.heliograph.endpoint.OutboundQueue.Dropped;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameEncoder;
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
 * The way out of a link: copies what is queued into large buffers, once a turn of the loop, and keeps Netty's own buffer short.
 *
 * <p>What the socket has room for goes there straight, where that can be; Netty is given the rest, and waits.
 *
 * <p>Any thread queues; all else is on the loop. A frame sent while the loop reads from this link is written at the end of that
 * read, without a task; any other has one task run, however many follow it.
 */
final class Outbound implements ChannelFutureListener {

    private static final int LEAST_CHUNK = 64 * 1024;
    private static final int MOST_CHUNK = LoopBuffers.WRITE;

    /** How many chunks a full queue is. */
    private static final int CHUNKS = 64;

    /** Bytes written in a row before others have a turn. */
    private static final int TURN = 2 * 1024 * 1024;

    private static final AtomicIntegerFieldUpdater<Outbound> SCHEDULED =
            AtomicIntegerFieldUpdater.newUpdater(Outbound.class, "scheduled");

    private final NettyLink link;
    private final Channel channel;
    private final int maxQueuedBytes;
    private final Overflow overflow;
    private final OutboundQueue queue;
    private final @Nullable StraightOutput straight;
    private volatile int scheduled;

    // The loop's own.
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
        this.straight = StraightOutput.of(link);
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

    /** Takes no more frames. Any thread. */
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
                // The loop has closed the link, or is about to.
            }
        }
    }

    /** Before each read of those in a row: what the last one has led to must not wait for megabytes to be read. */
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

    /** What was asked of {@link NettyEventLoop#flushSoon}. */
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
            int rounds = TURN / high();
            boolean goOn =
                    straight == null || inFlight > 0 || halfClosed || !straight.isFree() || writeStraight(straight);
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
     * Writes what is queued, as long as the socket has room. When it has none, Netty gets the rest of what was copied, to wait.
     *
     * @return whether Netty may have more
     */
    private boolean writeStraight(StraightOutput output) {
        ByteBuf buffer = output.take();
        try {
            for (int left = TURN; !dropped && queue.queuedBytes() > 0; ) {
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
                    buffer = null;
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
                output.giveBack(buffer);
            }
        }
        return false;
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

    /** The most that is given to Netty at once. */
    private int chunk() {
        return Math.clamp(maxQueuedBytes / CHUNKS, LEAST_CHUNK, MOST_CHUNK);
    }

    /** Netty is given no more while it has this much; the rest waits in the queue, where it can be dropped. */
    private int high() {
        return 2 * chunk();
    }

    /** Gives Netty as much as it may have; returns whether that was anything. */
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

    /** A chunk has been taken by the operating system, or never will be. */
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

    // ---- the end

    void end() {
        ending = true;
        flush();
    }

    /** Ends with bytes of the protocol's own behind all that is queued. */
    void end(Frame last) {
        queue.end(last);
        end();
    }

    /** Has bytes of the protocol's own written before all that waits; see {@link OutboundQueue#urgent}. */
    void urgent(Frame bytes) {
        if (!dropped) {
            queue.urgent(bytes);
            wake();
        }
    }

    /** Whether anything was written since this was last asked. */
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

    /** Whether all that was queued before {@link #end} has been written. */
    boolean isWritten() {
        return written;
    }

    /** Tells the peer that nothing follows, as TLS and the stream do; {@code then} runs when that is done. */
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
            // If this fails there is no connection any more, as reading will tell.
            ((DuplexChannel) channel).shutdownOutput().addListener(down -> {
                ended = true;
                then.run();
            });
        }
    }

    /** Whether the peer has been told that nothing follows. */
    boolean isEnded() {
        return ended;
    }

    /** Forgets what is queued. */
    void drop() {
        if (!dropped) {
            dropped = true;
            queue.clear();
        }
    }

    // ---- after the peer has ended its output

    /** From now on the epoll transport does not notice any more when there is room to write; see {@link PolledOutput}. */
    void peerHalfClosed() {
        halfClosed = channel instanceof AbstractEpollStreamChannel;
    }

    /** Puts the {@link PolledOutput} in its place, or says that Netty has to finish first what it was given. */
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
