package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.transport.LinkOptions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A link over a byte stream; each direction ends with the end of the stream.
 *
 * <p>The link opens when the channel is connected and, with TLS, the handshake has succeeded.
 */
final class StreamLink extends NettyLink {

    private final Owner owner;
    private volatile boolean endAsked;

    // Event loop only.
    private boolean opened;
    private boolean active;
    private boolean inputEnded;
    private boolean peerEndedFirst;

    StreamLink(
            Channel channel,
            NettyEventLoop loop,
            Address peer,
            LinkOptions options,
            @Nullable SslHandler tls,
            Owner owner) {
        super(
                channel,
                loop,
                peer,
                link -> options.framing().decoder(options.maxFrameBytes()),
                options.framing(),
                options.maxQueuedBytes(),
                options.overflow(),
                tls,
                options.unfinished().map(all -> all.account(peer)).orElse(null),
                Duration.ZERO);
        this.owner = owner;
    }

    // ---- open

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        active = true;
        if (tls() == null) {
            open();
        }
    }

    private void open() {
        if (!opened && isOpen()) {
            opened = true;
            open(() -> owner.opened(this));
        }
    }

    private void failBeforeOpen(Throwable cause) {
        if (!opened) {
            opened = true;
            SslHandler tls = tls();
            HeliographException failure = tls == null
                    ? SystemError.transport("connection to " + peer(), cause)
                    : TlsFailure.of(tls, peer(), cause);
            owner.failed(failure);
            close(new CloseReason.Failed(failure));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                open();
            } else {
                // Not now: the TLS alert is written first.
                nettyLoop().netty().execute(() -> failBeforeOpen(handshake.cause()));
            }
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    void truncated() {
        if (opened) {
            super.truncated();
        } else {
            failBeforeOpen(new ClosedChannelException());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (opened) {
            super.exceptionCaught(ctx, cause);
        } else if (active) {
            failBeforeOpen(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        failBeforeOpen(new ClosedChannelException());
        super.channelInactive(ctx);
    }

    // ---- close

    @Override
    public void end() {
        if (!endAsked) {
            endAsked = true;
            outbound().refuse();
            nettyLoop().run(outbound()::end);
        }
    }

    @Override
    void streamEnded() {
        if (inputEnded || !isOpen()) {
            return;
        }
        inputEnded = true;
        peerEndedFirst = !endAsked;
        reportInputEnded();
        closeIfDone();
    }

    @Override
    void outputWritten() {
        outbound().shutDown(this::closeIfDone);
    }

    @Override
    void violated(HeliographException cause) {
        close(new CloseReason.Failed(cause));
    }

    @Override
    boolean isInputEnded() {
        return inputEnded;
    }

    /** Closes if both directions have ended in order, or if the output has failed and the input is read. */
    private void closeIfDone() {
        if (inputEnded && !closeForOutputFailure() && outbound().isEnded()) {
            close(peerEndedFirst ? new CloseReason.Remote(0, "") : new CloseReason.Local());
        }
    }

    @Override
    Optional<CloseReason> inOrder() {
        return inbound().isEnded() ? Optional.of(new CloseReason.Remote(0, "")) : Optional.empty();
    }
}
