package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.FrameEncoder;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over one channel, and the channel's last handler.
 *
 * <p>It ends when {@link #ended} is set, which any thread may do, once; the handler is told when the channel is closed after
 * that. When it opens, and what its ends look like on the wire, is the subclass's affair.
 */
abstract sealed class NettyLink extends ChannelInboundHandlerAdapter implements Link permits StreamLink, WebSocketLink {

    /** Whoever had the link made. Told on the link's loop. */
    interface Owner {

        /** The link is open; returns its handler, or null to close it. */
        @Nullable
        LinkHandler opened(NettyLink link);

        /** The channel was connected, but the link failed before it opened. Nothing follows. */
        void failed(HeliographException cause);
    }

    private static final Logger log = LoggerFactory.getLogger(NettyLink.class);

    /** How long what the peer had sent may take to be read, once it is known that the peer is gone. */
    static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private static final AtomicReferenceFieldUpdater<NettyLink, @Nullable CloseReason> ENDED =
            AtomicReferenceFieldUpdater.newUpdater(NettyLink.class, CloseReason.class, "ended");

    private final Channel channel;
    private final NettyEventLoop loop;
    private final Address peer;
    private final @Nullable SslHandler tls;
    private final Inbound inbound;
    private final Outbound outbound;

    private volatile @Nullable CloseReason ended;
    private volatile Supplier<Optional<PeerCredentials>> credentials = Optional::empty;

    // The loop's own.
    private @Nullable LinkHandler handler;
    private @Nullable HeliographException outputFailure;

    NettyLink(
            Channel channel,
            NettyEventLoop loop,
            Address peer,
            Function<? super NettyLink, FrameDecoder> decoder,
            FrameEncoder encoder,
            int maxQueuedBytes,
            Overflow overflow,
            @Nullable SslHandler tls) {
        this.channel = channel;
        this.loop = loop;
        this.peer = peer;
        this.tls = tls;
        this.inbound = new Inbound(this, decoder.apply(this));
        this.outbound = new Outbound(this, encoder, maxQueuedBytes, overflow);
    }

    Channel channel() {
        return channel;
    }

    @Nullable
    SslHandler tls() {
        return tls;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    Inbound inbound() {
        return inbound;
    }

    Outbound outbound() {
        return outbound;
    }

    NettyEventLoop nettyLoop() {
        return loop;
    }

    @Override
    public Address peer() {
        return peer;
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return credentials.get();
    }

    @Override
    public boolean send(Frame frame) {
        return outbound.send(frame);
    }

    @Override
    public long queuedBytes() {
        return outbound.queuedBytes();
    }

    @Override
    public void reading(boolean wanted) {
        loop.run(() -> inbound.reading(wanted));
    }

    @Override
    public void close(CloseReason reason) {
        if (ENDED.compareAndSet(this, null, reason)) {
            outbound.refuse();
            loop.run(this::closeChannel);
        }
    }

    /** Whether the handler may still be given something. */
    boolean isOpen() {
        return ended == null;
    }

    void fail(Throwable cause) {
        close(reason(SystemError.transport("connection to " + peer, cause)));
    }

    /** Why the link ends when its connection fails. On the loop. */
    CloseReason reason(HeliographException failure) {
        return new CloseReason.Failed(failure);
    }

    /** A handler has thrown, which it must not. */
    void handlerFailed(Throwable cause) {
        log.error("the handler of the link to {} failed, so the link is closed", peer, cause);
        close(new CloseReason.Failed(
                new TransportException("", "the handler of the link to " + peer + " failed", cause)));
    }

    private void closeChannel() {
        outbound.drop();
        if (tls != null && tls.handshakeFuture().isSuccess() && !outbound.isEnded()) {
            // The peer shall know that nothing was cut off; but nobody waits for it to listen.
            tls.closeOutbound();
        }
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    // ---- from the channel

    /** Gets its handler from {@code opened}; without one it closes. On the loop, once. */
    final void open(Supplier<@Nullable LinkHandler> opened) {
        credentials = Peers.credentials(channel);
        try {
            handler = opened.get();
        } catch (Throwable failure) {
            handlerFailed(failure);
            return;
        }
        if (handler == null) {
            close(new CloseReason.Local());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (isOpen()) {
                if (tls == null) {
                    outbound.readBegins(); // TLS may not tell when a read is complete
                }
                inbound.read(bytes.nioBuffer());
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        outbound.readEnds();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent end) {
            if (end.isSuccess()) {
                inbound.ended();
            }
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            outbound.peerHalfClosed();
            if (tls == null) {
                inbound.ended();
            } else {
                // What was read before may still be with the thread that does the cryptography.
                loop.schedule(LAST_WORDS, this::cutOff);
            }
        }
    }

    /** The stream has ended; with TLS it ends by a message, or else it was cut off, by whomever. */
    void cutOff() {
        if (!inbound.isEnded()) {
            fail(new TransportException("", "connection to " + peer + ": cut off, without the end that TLS has", null));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (outputFailure == null) {
            fail(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ENDED.compareAndSet(this, null, unasked());
        outbound.refuse();
        outbound.drop();
        LinkHandler told = handler;
        CloseReason reason = ended;
        handler = null;
        if (told != null && reason != null) {
            try {
                told.closed(this, reason);
            } catch (Throwable failure) {
                log.error("the handler of the link to {} failed when told of its end", peer, failure);
            }
        }
    }

    /** Why the channel is closed, when nobody here closed it. */
    private CloseReason unasked() {
        if (loop.isClosing()) {
            return new CloseReason.Local();
        }
        if (outputFailure != null) {
            return reason(outputFailure);
        }
        return inOrder()
                .orElseGet(() -> new CloseReason.Failed(
                        new TransportException("", "connection to " + peer + ": it was closed", null)));
    }

    /** Why the link has ended, if it has in the order of its protocol. */
    abstract Optional<CloseReason> inOrder();

    // ---- from the two directions, on the loop

    void deliver(Frame frame) {
        LinkHandler to = handler;
        if (to != null) {
            try {
                to.frame(this, frame);
            } catch (Throwable failure) {
                handlerFailed(failure);
            }
        }
    }

    void deliver(ByteBuffer chunk) {
        LinkHandler to = handler;
        if (to != null) {
            try {
                to.bytes(this, chunk);
            } catch (Throwable failure) {
                handlerFailed(failure);
            }
        }
    }

    void dropped(int frames, long bytes) {
        LinkHandler to = handler;
        if (to != null && isOpen()) {
            try {
                to.dropped(this, frames, bytes);
            } catch (Throwable failure) {
                handlerFailed(failure);
            }
        }
    }

    void written() {
        LinkHandler to = handler;
        if (to != null && isOpen()) {
            try {
                to.written(this);
            } catch (Throwable failure) {
                handlerFailed(failure);
            }
        }
    }

    /** Tells the handler that no frame will come. */
    final void tellInputEnded() {
        LinkHandler to = handler;
        if (to != null) {
            try {
                to.inputEnded(this);
            } catch (Throwable failure) {
                handlerFailed(failure);
            }
        }
    }

    /** The stream has ended, and all that came before has been delivered. */
    abstract void streamEnded();

    /** What was queued before the end was asked for has been written. */
    abstract void outputWritten();

    /** The peer has sent what the decoder does not accept. */
    abstract void violated(HeliographException cause);

    /** Closes for the failure of the output, now that the input has been read; returns whether there was one. */
    final boolean closeForOutputFailure() {
        HeliographException failure = outputFailure;
        if (failure != null) {
            close(reason(failure));
        }
        return failure != null;
    }

    /**
     * Writing has failed, mostly because the peer is gone. What it said before it went may still be there to be read, and it
     * often says why.
     */
    void outputFailed(Throwable cause) {
        if (outputFailure != null || !isOpen() || !channel.isActive()) {
            return;
        }
        outputFailure = SystemError.transport("connection to " + peer, cause);
        outbound.refuse();
        outbound.drop();
        CloseReason reason = reason(outputFailure);
        if (isInputEnded() || inbound.isPaused()) {
            close(reason);
        } else {
            loop.schedule(LAST_WORDS, () -> close(reason));
        }
    }

    /** Whether the handler was told that no frame will come. */
    abstract boolean isInputEnded();
}
