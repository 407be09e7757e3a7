package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.http.EndlessBody;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.internal.HttpStatus;
import io.heliograph.internal.Printable;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.TcpOptions;
import io.heliograph.websocket.WebSocketHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP part of a connection: reads requests, passes each one to the handler and writes its response before the next request.
 *
 * <p>Reading is paused while a request waits for its response. Event loop only.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter implements RequestReader.Listener {

    private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);
    private static final FailureLog failures = new FailureLog(log);
    private static final int MAX_SHOWN = 200;

    /** Time for the peer to read the last response and to close. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Channel channel;
    private final NettyEventLoop loop;
    private final Address peer;
    private final HttpConnections connections;
    private final @Nullable SslHandler tls;
    private final HttpRequestDecoder decoder;
    private final HttpResponseEncoder encoder = new HttpResponseEncoder();

    private final HttpOutput output;
    private final RequestReader reader;

    private HttpState state = HttpState.READING;
    private @Nullable ArrayDeque<Object> held;
    private final ByteArrayOutputStream early = new ByteArrayOutputStream(0);
    private boolean received;
    private boolean inputEnded;
    private boolean ending;
    private final RequestTimer timer;

    private HttpConnection(Channel channel, NettyEventLoop loop, Address peer, HttpConnections connections) {
        HttpOptions options = connections.options();
        this.channel = channel;
        this.loop = loop;
        this.peer = peer;
        this.connections = connections;
        this.tls = Channels.tls(channel, peer, options.tls(), options.requestTimeout(), true);
        this.timer = new RequestTimer(loop);
        this.output = new HttpOutput(channel, loop);
        this.reader = new RequestReader(channel, peer, tls, connections, this);
        this.decoder = new HttpRequestDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(options.maxHeaderBytes())
                .setMaxHeaderSize(options.maxHeaderBytes()));
    }

    /** Prepares a channel that is not registered yet. */
    static void prepare(Channel channel, NettyEventLoop loop, Address peer, HttpConnections connections) {
        Channels.configure(channel, TcpOptions.DEFAULTS);
        HttpConnection connection = new HttpConnection(channel, loop, peer, connections);
        channel.pipeline().addLast(connection.decoder, connection.encoder, connection);
    }

    private HttpOptions options() {
        return connections.options();
    }

    // ---- from the channel

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        awaitRequest();
    }

    private void awaitRequest() {
        state = HttpState.READING;
        received = false;
        timer.start(options().requestTimeout(), this::requestTimedOut);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (state) {
            case READING -> take(message);
            case HANDLING, RESPONDING -> hold(message);
            case UPGRADING -> keepEarly(message);
            case CLOSING -> ReferenceCountUtil.release(message);
        }
    }

    /** Keeps bytes that follow the request for a WebSocket before its response: at most one read. */
    private void keepEarly(Object message) {
        if (message instanceof ByteBuf bytes) {
            early.writeBytes(ByteBufUtil.getBytes(bytes));
        }
        ReferenceCountUtil.release(message);
    }

    private void hold(Object message) {
        if (held == null) {
            held = new ArrayDeque<>();
        }
        held.add(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        received = state == HttpState.READING;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (tls != null && event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            // Not now: the TLS alert is written first.
            loop.netty().execute(() -> {
                if (channel.isOpen()) {
                    failed(TlsFailure.of(tls, peer, handshake.cause()));
                    close();
                }
            });
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            inputEnded = true;
            output.peerHalfClosed();
            if (state == HttpState.READING || state == HttpState.CLOSING) {
                close();
            }
        }
    }

    private void failed(HeliographException cause) {
        try {
            connections.failed(cause);
        } catch (Throwable failure) {
            failures.userCode("HTTP handler", peer.toString(), failure);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (tls == null || tls.handshakeFuture().isSuccess()) {
            log.debug("HTTP connection failed: peer={} cause={}", peer, Printable.of(cause.toString(), MAX_SHOWN));
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (tls != null && !tls.handshakeFuture().isDone()) {
            failed(TlsFailure.of(tls, peer, new ClosedChannelException()));
        }
        output.cancel();
        release();
    }

    /** Releases the resources of HTTP: the connection is closed, is about to close, or becomes a WebSocket. */
    private void release() {
        timer.stop();
        reader.release();
        if (held != null) {
            held.forEach(ReferenceCountUtil::release);
            held = null;
        }
    }

    private void close() {
        if (tls != null && tls.handshakeFuture().isSuccess()) {
            tls.closeOutbound();
        }
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    /** Closes after the response to the current request. */
    void end() {
        switch (state) {
            case READING -> {
                if (reader.isReading()) {
                    refuse(503);
                } else {
                    close();
                }
            }
            case UPGRADING -> refuseUpgrade(WebSocketHandshake.refusal(503, HttpStatus.phrase(503)));
            case HANDLING, RESPONDING -> ending = true;
            case CLOSING -> output.endEndless();
        }
    }

    // ---- a request

    private void take(Object message) {
        try {
            received = true;
            reader.read(message);
        } catch (Throwable failure) {
            failures.userCode("HTTP request", peer.toString(), failure);
            close();
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void handle(HttpRequest request) {
        state = HttpState.HANDLING;
        timer.stop();
        channel.config().setAutoRead(false);
        PendingExchange exchange = new PendingExchange(this, request);
        try {
            connections.handler().request(exchange);
        } catch (Throwable failure) {
            failures.userCode("request=" + request, peer.toString(), failure);
            exchange.answer(HttpResponse.text(500, HttpStatus.phrase(500)));
        }
    }

    /** Answers an invalid request, and closes. */
    @Override
    public void refuse(int status) {
        refuse(HttpResponse.text(status, HttpStatus.phrase(status)));
    }

    @Override
    public void refuse(HttpResponse response) {
        timer.stop();
        respond(response, false, false);
    }

    private void requestTimedOut() {
        if (tls != null && !tls.handshakeFuture().isDone()) {
            return; // The handshake has its own time-out, which is reported.
        }
        if (received || reader.isReading()) {
            refuse(408);
        } else {
            close();
        }
    }

    // ---- a response

    void respond(HttpRequest asked, HttpResponse response) {
        boolean endless = response.stream().orElse(null) instanceof EndlessBody;
        if (endless && (state != HttpState.HANDLING || !channel.isActive() || inputEnded)) {
            HttpOutput.discard(response);
            close();
            return;
        }
        if (state == HttpState.HANDLING && channel.isActive()) {
            boolean delimited = reader.isChunked()
                    || response.stream().isEmpty()
                    || response.headers().first("Content-Length").isPresent();
            respond(
                    response,
                    reader.isKeepAlive() && !ending && !inputEnded && delimited && !endless,
                    asked.method().equals("HEAD"));
            if (endless) {
                watchInput();
            }
        }
    }

    /** Writes a response, and closes after it unless {@code keepAlive} is set. */
    private void respond(HttpResponse response, boolean keepAlive, boolean head) {
        state = keepAlive ? HttpState.RESPONDING : HttpState.CLOSING;
        if (keepAlive) {
            reader.release();
        } else {
            release();
        }
        watchProgress();
        output.write(response, keepAlive, head, reader.isChunked(), this::responded);
    }

    /** Reads and discards while an endless body is written, to notice the end of the peer's output. */
    private void watchInput() {
        if (ending) {
            output.endEndless();
        } else if (output.isEndless()) {
            channel.config().setAutoRead(true);
        }
    }

    private void responded(Future<?> written) {
        if (state == HttpState.CLOSING) {
            shutDown();
        } else if (!written.isSuccess()) {
            close();
        } else if (state == HttpState.RESPONDING) {
            readNext();
        }
    }

    private void readNext() {
        if (ending || (inputEnded && held == null)) {
            close();
            return;
        }
        awaitRequest();
        while (state == HttpState.READING && held != null) {
            Object next = held.poll();
            if (next == null) {
                held = null;
            } else {
                take(next);
            }
        }
        if (state == HttpState.READING) {
            if (inputEnded) {
                close();
            } else {
                channel.config().setAutoRead(true);
            }
        }
    }

    /** Ends the output, and discards the input: closing with unread input makes the system discard the written response. */
    private void shutDown() {
        if (!channel.isActive()) {
            return;
        }
        timer.start(LINGER, this::close);
        if (tls != null) {
            tls.closeOutbound();
        }
        ((DuplexChannel) channel).shutdownOutput();
        if (inputEnded) {
            close();
        } else {
            channel.config().setAutoRead(true);
        }
    }

    /** Closes the connection if the peer reads no byte of a response within the request time-out. */
    private void watchProgress() {
        timer.start(options().requestTimeout(), () -> {
            if (output.isStalled()) {
                close();
            } else {
                watchProgress();
            }
        });
    }

    // ---- a request for a WebSocket

    @Override
    public void upgrade(HttpRequest asked) {
        state = HttpState.UPGRADING;
        timer.stop();
        channel.config().setAutoRead(false);
        if (held != null && held.size() > 1) {
            refuse(400); // WebSocket frames after this request have been decoded as HTTP.
            return;
        }
        channel.pipeline().remove(decoder); // Passes on the bytes behind the request.
        HttpResponse objection = WebSocketHandshake.objection(asked);
        if (objection != null) {
            respond(objection, false, false);
            return;
        }
        PendingUpgrade upgrade = new PendingUpgrade(this, asked);
        try {
            connections.handler().upgrade(upgrade);
        } catch (Throwable failure) {
            failures.userCode("request=" + asked, peer.toString(), failure);
            upgrade.refuse(WebSocketHandshake.refusal(500, HttpStatus.phrase(500)));
        }
    }

    NettyEventLoop loop() {
        return loop;
    }

    HttpConnections connections() {
        return connections;
    }

    boolean isOpen() {
        return channel.isActive() && !inputEnded;
    }

    void refuseUpgrade(HttpResponse response) {
        if (state == HttpState.UPGRADING && channel.isActive()) {
            respond(response, false, false);
        }
    }

    /** Replaces this handler by a link, and returns it; null if the connection has closed. */
    @Nullable
    WebSocketLink becomeWebSocket(WebSocketLink.Agreed agreed, HttpHeaders accepted) {
        if (state != HttpState.UPGRADING || !channel.isActive()) {
            return null;
        }
        if (inputEnded) {
            close();
            return null;
        }
        release();
        WebSocketLink link = new WebSocketLink(channel, loop, peer, agreed, tls, connections);
        channel.pipeline().replace(this, null, link);
        channel.writeAndFlush(HttpWriter.switching(accepted));
        channel.pipeline().remove(encoder);
        return link;
    }

    /** Starts reading for the link. */
    void handOver(WebSocketLink link) {
        link.start(early.toByteArray());
        if (!link.inbound().isPaused()) {
            channel.config().setAutoRead(true);
        }
    }
}
