package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.frame.Frame;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.websocket.CloseHandshake;
import io.heliograph.websocket.MessageDeflate;
import io.heliograph.websocket.WebSocketDecoder;
import io.heliograph.websocket.WebSocketEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A link over an open WebSocket: its frames are messages, and each direction ends with a close frame.
 *
 * <p>After both close frames the server closes the connection; the client reports the end of the link at once, and waits for the
 * server up to the close time-out. A peer that violates the protocol
 * receives a close frame with the reason, and its further input is discarded.
 */
final class WebSocketLink extends NettyLink implements WebSocketDecoder.Control {

    /** Result of the handshake; {@code deflate} is null without compression. */
    record Agreed(
            boolean server,
            WebSocketOptions options,
            @Nullable String protocol,
            @Nullable MessageDeflate deflate,
            boolean peerResets) {}

    /** Close code: a message was not complete in time. */
    private static final int POLICY_VIOLATION = 1008;

    /** Close code: the unfinished messages of all connections exceed their limit. */
    private static final int TRY_AGAIN_LATER = 1013;

    private final @Nullable HttpConnections port;
    private final Agreed agreed;
    private final WebSocketEncoder encoder;
    private final CloseHandshake ending;

    // Event loop only.
    private boolean streamEnded;
    private boolean pinged;
    private @Nullable SilenceTimer silence;
    private @Nullable SilenceTimer closing;

    /** @param port port of the server, with the limits of its unfinished messages; null for a client */
    WebSocketLink(
            Channel channel,
            NettyEventLoop loop,
            Address peer,
            Agreed agreed,
            @Nullable SslHandler tls,
            @Nullable HttpConnections port) {
        this(
                channel,
                loop,
                peer,
                agreed,
                agreed.server ? WebSocketEncoder.server() : WebSocketEncoder.client(),
                tls,
                port);
    }

    private WebSocketLink(
            Channel channel,
            NettyEventLoop loop,
            Address peer,
            Agreed agreed,
            WebSocketEncoder encoder,
            @Nullable SslHandler tls,
            @Nullable HttpConnections port) {
        super(
                channel,
                loop,
                peer,
                link -> new WebSocketDecoder(
                        agreed.server,
                        agreed.options.maxMessageBytes(),
                        agreed.deflate,
                        agreed.peerResets,
                        (WebSocketLink) link),
                encoder,
                agreed.options.maxQueuedBytes(),
                agreed.options.overflow(),
                tls,
                port == null ? null : port.unfinished().account(peer, agreed.options.maxMessageBytes()),
                port == null ? Duration.ZERO : port.options().messageTimeout());
        this.port = port;
        this.agreed = agreed;
        this.encoder = encoder;
        this.ending = new CloseHandshake(encoder);
    }

    /** Starts reading for the handler, with the bytes that followed the handshake. */
    void start(byte[] early) {
        if (!agreed.options.pingInterval().isZero()) {
            silence = new SilenceTimer(loop(), agreed.options.pingInterval(), this::silent);
            silence.start();
        }
        if (early.length > 0) {
            inbound().read(ByteBuffer.wrap(early));
        }
    }

    @Override
    public Optional<String> protocol() {
        return Optional.ofNullable(agreed.protocol);
    }

    @Override
    public boolean send(Frame frame) {
        MessageDeflate deflate = agreed.deflate;
        return super.send(deflate == null ? frame : deflate.compress(frame));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf) {
            if (silence != null) {
                silence.heard();
                pinged = false;
            }
            super.channelRead(ctx, message);
        } else {
            ReferenceCountUtil.release(message); // the end of the handshake, which Netty emits after it
        }
    }

    // ---- pings

    @Override
    public void ping(Frame payload) {
        outbound().urgent(encoder.pong(payload));
    }

    @Override
    public void pong(Frame payload) {}

    /** Pings a peer that was silent for the interval, and closes if it was silent for another one. */
    private void silent() {
        SilenceTimer timer = silence;
        if (timer == null || ending.isQueued() || !isOpen()) {
            return;
        }
        if (pinged) {
            close(new CloseReason.Failed(new DeadlineExceededException("nothing came from "
                    + peer()
                    + " for "
                    + agreed.options.pingInterval().toMillis()
                    + " ms, and no answer to a ping")));
            return;
        }
        pinged = true;
        outbound().urgent(encoder.ping(Frame.empty()));
        timer.start();
    }

    // ---- the end

    @Override
    public void end() {
        askEnd(CloseHandshake.ECHO, "");
    }

    @Override
    public void end(int code, String text) {
        WebSocketEncoder.checkClose(code, text);
        askEnd(code, text);
    }

    private void askEnd(int code, String text) {
        if (ending.start()) {
            outbound().refuse();
            nettyLoop().run(() -> queueClose(code, text));
        }
    }

    private void queueClose(int code, String text) {
        Frame close = isOpen() ? ending.frame(code, text) : null;
        if (close != null) {
            startCloseTimer();
            outbound().end(close);
        }
    }

    private void startCloseTimer() {
        stopPings();
        if (closing == null) {
            closing = new SilenceTimer(loop(), agreed.options.closeTimeout(), this::closeTimedOut);
        }
        closing.start();
    }

    private void stopPings() {
        if (silence != null) {
            silence.stop();
            silence = null;
        }
    }

    private void closeTimedOut() {
        if (!isOpen()) {
            closeChannel(); // the server leaves the connection open
        } else if (!ending.isViolated() && !outbound().isWritten() && outbound().takeProgress()) {
            startCloseTimer(); // the queue is still being written
        } else {
            close(reason(new DeadlineExceededException("the WebSocket to "
                    + peer()
                    + " was not closed within "
                    + agreed.options.closeTimeout().toMillis()
                    + " ms")));
        }
    }

    @Override
    public void peerCloses(int code, String text) {
        if (isOpen()) {
            ending.peerCloses(code, text);
            reportInputEnded();
            closeIfDone();
        }
    }

    @Override
    void outputWritten() {
        if (ending.isViolated()) {
            // Further input is discarded, so that the peer can read the reason.
            outbound().shutDown(() -> {});
        }
        closeIfDone();
    }

    private void closeIfDone() {
        boolean exchanged = ending.isPeerClosed() && outbound().isWritten();
        if (ending.isViolated() ? streamEnded : exchanged && (agreed.server || streamEnded)) {
            inOrder().ifPresent(this::close);
        } else if (exchanged) {
            inbound().reading(true);
            inOrder().ifPresent(this::reportClosedEarly);
        }
    }

    @Override
    void streamEnded() {
        streamEnded = true;
        if (!isOpen()) {
            closeChannel();
            return;
        }
        if (inOrder().isEmpty()) {
            close(new CloseReason.Failed(
                    new TransportException("", "connection to " + peer() + ": it ended without a close frame", null)));
        } else if (!closeForOutputFailure()) {
            closeIfDone();
        }
    }

    private int closeCode(HeliographException cause) {
        int code = decoder().closeCode();
        return code != 0 ? code : cause instanceof DeadlineExceededException ? POLICY_VIOLATION : TRY_AGAIN_LATER;
    }

    private WebSocketDecoder decoder() {
        return (WebSocketDecoder) inbound().decoder();
    }

    @Override
    void messageTimedOut(HeliographException cause) {
        if (port != null) {
            port.refused(DropReason.MESSAGE_TIMEOUT, peer(), "message not complete within messageTimeout");
        }
        violated(cause);
    }

    @Override
    void violated(HeliographException cause) {
        decoder().release();
        ending.violated(cause);
        outbound().refuse();
        if (ending.isQueued()) {
            close(new CloseReason.Failed(cause));
        } else {
            inbound().reading(true);
            queueClose(closeCode(cause), "");
        }
    }

    @Override
    public void reading(boolean wanted) {
        nettyLoop().run(() -> {
            boolean before = inbound().isPaused();
            inbound().reading(wanted || inOrder().isPresent());
            if (silence != null && inbound().isPaused() != before) {
                if (!before) {
                    silence.pause();
                } else {
                    silence.resume();
                }
            }
        });
    }

    @Override
    boolean isInputEnded() {
        return ending.isPeerClosed() || streamEnded;
    }

    @Override
    CloseReason reason(HeliographException failure) {
        return ending.reason(failure);
    }

    @Override
    Optional<CloseReason> inOrder() {
        return ending.reason();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stopPings();
        if (closing != null) {
            closing.stop();
        }
        super.channelInactive(ctx);
        decoder().release();
    }
}
