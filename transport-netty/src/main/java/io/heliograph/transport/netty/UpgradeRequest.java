package io.heliograph.transport.netty;

import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.TransportException;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.internal.Printable;
import io.heliograph.transport.ConnectFailures;
import io.heliograph.transport.TcpOptions;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.websocket.MessageDeflate;
import io.heliograph.websocket.WebSocketHandshake;
import io.heliograph.websocket.WebSocketHandshake.Agreement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Requests a WebSocket from a server, and is replaced by a link when the server accepts. Event loop only. */
final class UpgradeRequest extends ChannelInboundHandlerAdapter {

    private static final SecureRandom random = new SecureRandom();

    /** Size of the longest response head. */
    private static final int MAX_HEADER = 64 * 1024;

    /** Number of bytes that are kept of the body of a refusal. */
    private static final int BODY = 1024;

    private final Channel channel;
    private final NettyEventLoop loop;
    private final WebSocketTarget target;
    private final WebSocketOptions options;
    private final NettyLink.Owner owner;
    private final @Nullable SslHandler tls;
    private final HttpResponseDecoder decoder = new HttpResponseDecoder(
            new HttpDecoderConfig().setMaxInitialLineLength(MAX_HEADER).setMaxHeaderSize(MAX_HEADER));
    private final String key;

    private boolean over;
    private boolean active;
    private @Nullable WebSocketLink link;
    private byte[] early = {};
    private int refusedWith;
    private final StringBuilder refusal = new StringBuilder();

    private UpgradeRequest(
            Channel channel,
            NettyEventLoop loop,
            WebSocketTarget target,
            WebSocketOptions options,
            NettyLink.Owner owner,
            @Nullable SslHandler tls) {
        this.channel = channel;
        this.loop = loop;
        this.target = target;
        this.options = options;
        this.owner = owner;
        this.tls = tls;
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        this.key = Base64.getEncoder().encodeToString(bytes);
    }

    /** Prepares a channel that is not registered yet. */
    static void prepare(
            Channel channel,
            NettyEventLoop loop,
            WebSocketTarget target,
            WebSocketOptions options,
            NettyLink.Owner owner) {
        Channels.configure(channel, TcpOptions.DEFAULTS);
        SslHandler tls = Channels.tls(channel, target.address(), target.tls(), target.connectTimeout(), false);
        UpgradeRequest request = new UpgradeRequest(channel, loop, target, options, owner, tls);
        if (tls == null) {
            channel.pipeline().addLast(new TlsDetector(request));
        }
        channel.pipeline().addLast(request.decoder).addLast(request);
    }

    /** Recognizes a TLS record in front of the response: the alert of a server that expects TLS. */
    private static final class TlsDetector extends ChannelInboundHandlerAdapter {

        private static final int ALERT = 0x15;
        private static final int HANDSHAKE = 0x16;

        private final UpgradeRequest request;

        TlsDetector(UpgradeRequest request) {
            this.request = request;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf bytes && bytes.isReadable()) {
                int first = bytes.getUnsignedByte(bytes.readerIndex());
                ctx.pipeline().remove(this);
                if (first == ALERT || first == HANDSHAKE) {
                    bytes.release();
                    request.fail(new TransportException(
                            ConnectFailures.TLS_EXPECTED, "the server speaks TLS on this port", null));
                    return;
                }
            }
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        active = true;
        if (tls == null) {
            ask();
        }
    }

    private void ask() {
        HttpHeaders own = WebSocketHandshake.request(
                key, target.protocols(), options.compression().isPresent());
        channel.writeAndFlush(HttpWriter.request(target.target(), target.host(), own, target.headers()));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (tls != null && event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                ask();
            } else {
                // Not now: the TLS alert is written first.
                loop.netty().execute(() -> fail(TlsFailure.of(tls, target.address(), handshake.cause())));
            }
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            ended();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (link != null) {
                if (message instanceof ByteBuf bytes) {
                    early = ByteBufUtil.getBytes(bytes);
                }
            } else if (!over) {
                response(message);
            }
        } catch (Throwable failure) {
            fail(failure);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void response(Object message) {
        if (message instanceof HttpResponse response) {
            if (response.decoderResult().isFailure()) {
                fail(new ProtocolViolationException(
                        "the response is not HTTP; does the server speak another protocol on this port? ("
                                + Printable.of(response.decoderResult().cause().getMessage(), 200)
                                + ")",
                        null));
                return;
            }
            int status = response.status().code();
            if (status == 101) {
                switched(HttpHeaders.of(response.headers()));
                return;
            }
            refusedWith = status < 200 ? 0 : status; // informational responses are skipped
        }
        if (refusedWith != 0 && message instanceof HttpContent content) {
            if (refusal.length() < BODY) {
                refusal.append(content.content().toString(StandardCharsets.UTF_8));
            }
            if (refusal.length() >= BODY || message instanceof LastHttpContent) {
                refused();
            }
        }
    }

    private void refused() {
        String body = refusal.substring(0, Math.min(BODY, refusal.length()));
        fail(new UpgradeRefusedException(target.where(), refusedWith, body));
    }

    private void switched(HttpHeaders response) {
        Agreement agreement = WebSocketHandshake.validate(
                response, key, target.protocols(), options.compression().isPresent());
        WebSocketLink opened = new WebSocketLink(
                channel,
                loop,
                target.address(),
                new WebSocketLink.Agreed(
                        false,
                        options,
                        agreement.protocol().orElse(null),
                        agreement.deflate() ? deflate().window(agreement.windowBits()) : null,
                        agreement.peerResets()),
                tls,
                null);
        over = true;
        link = opened;
        channel.pipeline().remove(decoder); // Passes on the bytes behind the response.
        channel.pipeline().replace(this, null, opened);
        opened.open(() -> owner.opened(opened));
        opened.start(early);
    }

    private MessageDeflate deflate() {
        WebSocketOptions.Compression compression = options.compression().orElseThrow();
        return new MessageDeflate(compression.threshold(), compression.level());
    }

    private void ended() {
        if (refusedWith != 0) {
            refused();
        } else {
            fail(endedEarly());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (active) {
            fail(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (refusedWith != 0) {
            refused();
        } else {
            fail(endedEarly());
        }
    }

    private HeliographException endedEarly() {
        String advice = tls == null ? "; does the port expect TLS (wss:)?" : "; is it a port for WebSockets?";
        return new TransportException(
                "", "the connection was closed before the response to the request" + advice, null);
    }

    private void fail(Throwable cause) {
        if (!over) {
            over = true;
            owner.failed(
                    tls != null && (!tls.handshakeFuture().isSuccess() || isTls(cause))
                            ? TlsFailure.of(tls, target.address(), cause)
                            : SystemError.transport("request for the WebSocket", cause));
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    /** Whether a failure is an alert after the handshake, with which a server rejects a client certificate in TLS 1.3. */
    private static boolean isTls(Throwable cause) {
        return cause instanceof SSLException || cause.getCause() instanceof SSLException;
    }
}
