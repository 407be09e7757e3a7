package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.PeerCredentials;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over one channel, and the channel's last handler.
 *
 * <p>It opens when the channel is connected and, with TLS, the handshake has succeeded. It ends when {@link #ended} is set,
 * which any thread may do, once; the handler is told when the channel is closed after that.
 */
final class NettyLink extends ChannelInboundHandlerAdapter implements Link {

    /** Whoever had the link made. Told on the link's loop. */
    interface Owner {

        /** The link is open; returns its handler, or null to close it. */
        @Nullable LinkHandler opened(NettyLink link);

        /** The channel was connected, but the link failed before it opened. Nothing follows. */
        void failed(HeliographException cause);
    }

    private static final Logger log = LoggerFactory.getLogger(NettyLink.class);

    /** How long what the peer had sent may take to be read, once it is known that the peer is gone. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Channel channel;
    private final NettyEventLoop loop;
    private final Address peer;
    private final Owner owner;
    private final @Nullable SslHandler tls;
    private final Inbound inbound;
    private final Outbound outbound;

    private final AtomicReference<@Nullable CloseReason> ended = new AtomicReference<>();
    private volatile boolean endAsked;
    private volatile Supplier<Optional<PeerCredentials>> credentials = Optional::empty;

    // The loop's own.
    private @Nullable LinkHandler handler;
    private boolean born;
    private boolean active;
    private boolean inputEnded;
    private boolean peerEndedFirst;
    private @Nullable HeliographException outputFailure;

    NettyLink(
            Channel channel,
            NettyEventLoop loop,
            Address peer,
            LinkOptions options,
            @Nullable SslHandler tls,
            Owner owner) {
        this.channel = channel;
        this.loop = loop;
        this.peer = peer;
        this.owner = owner;
        this.tls = tls;
        this.inbound = new Inbound(this, options);
        this.outbound = new Outbound(this, options);
    }

    Channel channel() {
        return channel;
    }

    @Nullable SslHandler tls() {
        return tls;
    }

    @Override
    public EventLoop loop() {
        return loop;
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
    public void end() {
        if (!endAsked) {
            endAsked = true;
            outbound.refuse();
            loop.run(outbound::end);
        }
    }

    @Override
    public void close(CloseReason reason) {
        if (ended.compareAndSet(null, reason)) {
            outbound.refuse();
            loop.run(this::closeChannel);
        }
    }

    /** Whether the handler may still be given something. */
    boolean isOpen() {
        return ended.get() == null;
    }

    void fail(Throwable cause) {
        close(new CloseReason.Failed(SystemError.transport("connection to " + peer, cause)));
    }

    /** A handler has thrown, which it must not. */
    void handlerFailed(Throwable cause) {
        log.error("the handler of the link to {} failed, so the link is closed", peer, cause);
        close(
                new CloseReason.Failed(
                        new TransportException(
                                "", "the handler of the link to " + peer + " failed", cause)));
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

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        active = true;
        if (tls == null) {
            open();
        }
    }

    private void open() {
        if (born || !isOpen()) {
            return;
        }
        born = true;
        credentials = Peers.credentials(channel);
        try {
            handler = owner.opened(this);
        } catch (Throwable failure) {
            handlerFailed(failure);
            return;
        }
        if (handler == null) {
            close(new CloseReason.Local());
        }
    }

    private void failBeforeOpen(Throwable cause) {
        if (!born) {
            born = true;
            HeliographException failure =
                    SystemError.transport(
                            (tls == null ? "connection to " : "TLS handshake with ") + peer, cause);
            owner.failed(failure);
            close(new CloseReason.Failed(failure));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        byte[] chunk;
        try {
            if (!isOpen()) {
                return;
            }
            chunk = new byte[bytes.readableBytes()];
            bytes.readBytes(chunk);
        } finally {
            bytes.release();
        }
        if (tls == null) {
            outbound.readBegins(); // TLS may not tell when a read is complete
        }
        inbound.read(chunk);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        outbound.readEnds();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                open();
            } else {
                // Later, so that the peer is told why before the connection is closed.
                loop.netty().execute(() -> failBeforeOpen(handshake.cause()));
            }
        } else if (event instanceof SslCloseCompletionEvent end) {
            if (end.isSuccess()) {
                inbound.ended();
            }
        } else if (event instanceof ChannelInputShutdownEvent
                || event instanceof ChannelInputShutdownReadComplete) {
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
    private void cutOff() {
        if (!born) {
            failBeforeOpen(new ClosedChannelException());
        } else if (!inbound.isEnded()) {
            fail(
                    new TransportException(
                            "",
                            "connection to " + peer + ": cut off, without the end that TLS has",
                            null));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!born) {
            if (active) {
                failBeforeOpen(cause);
            }
        } else if (outputFailure == null) {
            fail(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!born) {
            failBeforeOpen(new ClosedChannelException());
        }
        ended.compareAndSet(null, unasked());
        outbound.refuse();
        outbound.drop();
        LinkHandler told = handler;
        CloseReason reason = ended.get();
        handler = null;
        if (told != null && reason != null) {
            try {
                told.closed(this, reason);
            } catch (Throwable failure) {
                log.error(
                        "the handler of the link to {} failed when told of its end", peer, failure);
            }
        }
    }

    /** Why the channel is closed, when nobody here closed it. */
    private CloseReason unasked() {
        if (loop.isClosing()) {
            return new CloseReason.Local();
        }
        if (outputFailure != null) {
            return new CloseReason.Failed(outputFailure);
        }
        return inbound.isEnded()
                ? new CloseReason.Remote(0, "")
                : new CloseReason.Failed(
                        new TransportException(
                                "", "connection to " + peer + ": it was closed", null));
    }

    // ---- from the two directions, on the loop

    void deliver(Frame frame) {
        LinkHandler to = handler;
        if (to != null) {
            to.frame(this, frame);
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

    void inputEnded() {
        if (inputEnded || !isOpen()) {
            return;
        }
        inputEnded = true;
        peerEndedFirst = !endAsked;
        LinkHandler to = handler;
        if (to != null) {
            try {
                to.inputEnded(this);
            } catch (Throwable failure) {
                handlerFailed(failure);
            }
        }
        closeIfDone();
    }

    /** Both directions have ended in order, or the output has failed and the input is read. */
    void closeIfDone() {
        HeliographException failure = outputFailure;
        if (inputEnded && failure != null) {
            close(new CloseReason.Failed(failure));
        } else if (inputEnded && outbound.isEnded()) {
            close(peerEndedFirst ? new CloseReason.Remote(0, "") : new CloseReason.Local());
        }
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
        CloseReason reason = new CloseReason.Failed(outputFailure);
        if (inputEnded || inbound.isPaused()) {
            close(reason);
        } else {
            loop.schedule(LAST_WORDS, () -> close(reason));
        }
    }
}
