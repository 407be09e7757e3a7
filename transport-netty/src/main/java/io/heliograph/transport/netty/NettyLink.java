package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.FrameEncoder;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.UnfinishedMessages;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A link over a channel, and the last handler of the channel.
 *
 * <p>The first {@link #close} on any thread sets the close reason; the handler is notified after the channel has closed. Subclasses
 * define when the link opens, and the form of its end on the wire.
 */
abstract sealed class NettyLink extends ChannelInboundHandlerAdapter implements Link permits StreamLink, WebSocketLink {

    /** Creator of a link. Called on the event loop of the link. */
    interface Owner {

        /** Reports that the link is open; returns its handler, or null to close it. */
        @Nullable
        LinkHandler opened(NettyLink link);

        /** Reports that the channel was connected, but the link failed before it opened. Nothing follows. */
        void failed(HeliographException cause);
    }

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(NettyLink.class));

    /** Time to read the remaining input after a write has failed or the input has ended. */
    static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(1);

    private static final AtomicReferenceFieldUpdater<NettyLink, @Nullable CloseReason> ENDED =
            AtomicReferenceFieldUpdater.newUpdater(NettyLink.class, CloseReason.class, "ended");

    private static final AtomicLongFieldUpdater<NettyLink> FRAMES =
            AtomicLongFieldUpdater.newUpdater(NettyLink.class, "framesReceived");
    private static final AtomicLongFieldUpdater<NettyLink> BYTES =
            AtomicLongFieldUpdater.newUpdater(NettyLink.class, "bytesReceived");

    private final Channel channel;
    private final NettyEventLoop loop;
    private final Address peer;
    private final @Nullable SslHandler tls;
    private final Inbound inbound;
    private final Outbound outbound;

    private volatile @Nullable CloseReason ended;
    private volatile Supplier<Optional<PeerCredentials>> credentials = Optional::empty;

    // Written by the event loop alone, without a barrier; read by any thread.
    private volatile long framesReceived;
    private volatile long bytesReceived;

    // Event loop only.
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
            @Nullable SslHandler tls,
            UnfinishedMessages.@Nullable Account unfinished,
            Duration messageTimeout) {
        this.channel = channel;
        this.loop = loop;
        this.peer = peer;
        this.tls = tls;
        this.inbound = new Inbound(this, decoder.apply(this), unfinished, messageTimeout);
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
    public List<X509Certificate> certificates() {
        return Peers.certificates(tls);
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
    public LinkStats stats() {
        return outbound.stats(framesReceived, bytesReceived);
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

    /** Whether the link is open. */
    boolean isOpen() {
        return ended == null;
    }

    void fail(Throwable cause) {
        close(reason(SystemError.transport("connection to " + peer, cause)));
    }

    /** Returns the close reason for a failure of the connection. Event loop only. */
    CloseReason reason(HeliographException failure) {
        return new CloseReason.Failed(failure);
    }

    /** Closes the link because its handler has thrown an exception. */
    void handlerFailed(Throwable cause) {
        failures.userCode("handler of a link, which is closed", peer.toString(), cause);
        close(new CloseReason.Failed(
                new TransportException("", "the handler of the link to " + peer + " failed", cause)));
    }

    /**
     * Reports the end of the link to its handler, while the channel stays open for the end of the stream. {@link #closeChannel}
     * must follow. Event loop only.
     */
    final void reportClosedEarly(CloseReason reason) {
        if (ENDED.compareAndSet(this, null, reason)) {
            outbound.refuse();
            reportClosed(reason);
        }
    }

    final void closeChannel() {
        inbound.release();
        outbound.drop();
        if (tls != null && tls.handshakeFuture().isSuccess() && !outbound.isEnded()) {
            // Lets the peer recognize a complete stream; the close does not wait for the peer.
            tls.closeOutbound();
        }
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    // ---- from the channel

    /** Opens the link with the handler that {@code opened} returns; closes it without one. Event loop only, once. */
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
                    outbound.readBegins(); // With TLS the end of a read may not be reported.
                }
                BYTES.lazySet(this, bytesReceived + bytes.readableBytes());
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
                // Earlier input may still be with the thread that decrypts.
                loop.schedule(DRAIN_TIMEOUT, this::truncated);
            }
        }
    }

    /** Fails if the stream has ended without the closing message of TLS. */
    void truncated() {
        if (!inbound.isEnded()) {
            fail(new TransportException(
                    "",
                    "connection to " + peer
                            + ": truncated (expected: close_notify of TLS before the end of the stream)",
                    null));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!isOpen()) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        } else if (outputFailure == null) {
            fail(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ENDED.compareAndSet(this, null, remoteReason());
        inbound.release();
        outbound.refuse();
        outbound.drop();
        CloseReason reason = ended;
        if (reason != null) {
            reportClosed(reason);
        }
    }

    private void reportClosed(CloseReason reason) {
        LinkHandler to = handler;
        handler = null;
        if (to != null) {
            try {
                to.closed(this, reason);
            } catch (Throwable failure) {
                failures.userCode("close handler of a link", peer.toString(), failure);
            }
        }
    }

    /** Returns the close reason of a channel that this side did not close. */
    private CloseReason remoteReason() {
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

    /** Returns the close reason if the link has closed in the order of its protocol. */
    abstract Optional<CloseReason> inOrder();

    // ---- from inbound and outbound, event loop only

    void deliver(Frame frame) {
        FRAMES.lazySet(this, framesReceived + 1);
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
        FRAMES.lazySet(this, framesReceived + 1);
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

    /** Reports the end of the input to the handler. */
    final void reportInputEnded() {
        LinkHandler to = handler;
        if (to != null) {
            try {
                to.inputEnded(this);
            } catch (Throwable failure) {
                handlerFailed(failure);
            }
        }
    }

    /** Handles the end of the stream after all input has been delivered. */
    abstract void streamEnded();

    /** Handles the end of the queue after {@link #end}. */
    abstract void outputWritten();

    /** Handles a violation of the protocol by the peer. */
    abstract void violated(HeliographException cause);

    /** Handles a message that was not complete in time. */
    void messageTimedOut(HeliographException cause) {
        violated(cause);
    }

    /**
     * Closes the link if its output has failed. Called after the remaining input has been read. Returns whether the
     * output has failed.
     */
    final boolean closeForOutputFailure() {
        HeliographException failure = outputFailure;
        if (failure != null) {
            close(reason(failure));
        }
        return failure != null;
    }

    /**
     * Handles a failed write, usually because the peer has closed. The remaining input is read first, as it often contains the
     * reason.
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
            loop.schedule(DRAIN_TIMEOUT, () -> close(reason));
        }
    }

    /** Whether the end of the input has been reported to the handler. */
    abstract boolean isInputEnded();
}
