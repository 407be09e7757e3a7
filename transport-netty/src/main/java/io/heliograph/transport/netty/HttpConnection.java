package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.TcpOptions;
import io.heliograph.websocket.WebSocketHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a port for HTTP, while it speaks HTTP: one request after the other, each answered before the next is looked at.
 *
 * <p>While a request waits for its answer nothing is read. All state is the loop's.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {

    private enum State {
        /** ManagedBlocking for a request, or for the rest of one. */
        READING,
        /** A request waits for its answer. */
        ASKED,
        /** The answer is being written. */
        ANSWERING,
        /** A request for a WebSocket waits for its answer. */
        UPGRADING,
        /** Nothing more is read; the peer is given time to read what was written. */
        CLOSING
    }

    private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

    /** How long the peer may take to read the last response and to close. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Channel channel;
    private final NettyEventLoop loop;
    private final Address peer;
    private final HttpConnections connections;
    private final @Nullable SslHandler tls;
    private final HttpRequestDecoder decoder;

    private State state = State.READING;
    private @Nullable HttpRequest request;
    private boolean keepAlive;
    private @Nullable FrameBuilder body;
    private @Nullable ArrayDeque<Object> held;
    private byte[] early = {};
    private boolean begun;
    private boolean inputEnded;
    private boolean ending;
    private EventLoop.@Nullable Timer timer;
    private long progress;

    private HttpConnection(Channel channel, NettyEventLoop loop, Address peer, HttpConnections connections) {
        HttpOptions options = connections.options();
        this.channel = channel;
        this.loop = loop;
        this.peer = peer;
        this.connections = connections;
        this.tls = Channels.tls(channel, peer, options.tls(), options.requestTimeout(), true);
        this.decoder = new HttpRequestDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(options.maxHeaderBytes())
                .setMaxHeaderSize(options.maxHeaderBytes()));
    }

    /** Prepares a channel that is not registered yet. */
    static void prepare(Channel channel, NettyEventLoop loop, Address peer, HttpConnections connections) {
        Channels.configure(channel, TcpOptions.DEFAULTS);
        HttpConnection connection = new HttpConnection(channel, loop, peer, connections);
        channel.pipeline().addLast(connection.decoder).addLast(connection);
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
        state = State.READING;
        begun = false;
        time(options().requestTimeout(), this::requestTimedOut);
    }

    private void time(Duration delay, Runnable task) {
        stopTimer();
        timer = loop.schedule(delay, task);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (state) {
            case READING -> take(message);
            case ASKED, ANSWERING -> hold(message);
            case UPGRADING -> {
                try {
                    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
                        keepEarly(ByteBufUtil.getBytes(bytes));
                    }
                } finally {
                    ReferenceCountUtil.release(message);
                }
            }
            case CLOSING -> ReferenceCountUtil.release(message);
        }
    }

    /** What a client says before it has the answer to its request for a WebSocket, no more than one read. */
    private void keepEarly(byte[] bytes) {
        byte[] all = new byte[early.length + bytes.length];
        System.arraycopy(early, 0, all, 0, early.length);
        System.arraycopy(bytes, 0, all, early.length, bytes.length);
        early = all;
    }

    private void hold(Object message) {
        if (held == null) {
            held = new ArrayDeque<>();
        }
        held.add(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        begun = state == State.READING;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            // Later, so that the peer is told why before the connection is closed.
            loop.netty().execute(() -> {
                if (channel.isOpen()) {
                    failed(SystemError.transport("TLS handshake with " + peer, handshake.cause()));
                    close();
                }
            });
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            inputEnded = true;
            pollOutput();
            if (state == State.READING || state == State.CLOSING) {
                close();
            }
        }
    }

    /** See {@link PolledOutput}. */
    private void pollOutput() {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (channel instanceof AbstractEpollStreamChannel epoll
                && channel.pipeline().get(PolledOutput.class) == null
                && waiting != null
                && waiting.isEmpty()) {
            channel.pipeline().addFirst(new PolledOutput(epoll.fd()));
        }
    }

    private void failed(HeliographException cause) {
        try {
            connections.failed(cause);
        } catch (Throwable failure) {
            log.error("the handler of HTTP failed", failure);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (tls == null || tls.handshakeFuture().isSuccess()) {
            log.debug("connection to {} failed", peer, cause);
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (tls != null && !tls.handshakeFuture().isDone()) {
            failed(SystemError.transport("TLS handshake with " + peer, new ClosedChannelException()));
        }
        release();
    }

    /** The connection is closed, or not HTTP's any more. */
    private void release() {
        stopTimer();
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

    /** Closes once the request that is under way is answered. */
    void end() {
        switch (state) {
            case READING -> {
                if (request == null) {
                    close();
                } else {
                    refuse(503);
                }
            }
            case UPGRADING -> refuseUpgrade(WebSocketHandshake.refusal(503, WebSocketHandshake.phrase(503)));
            case ASKED -> keepAlive = false;
            case ANSWERING -> ending = true;
            case CLOSING -> {}
        }
    }

    // ---- a request

    private void take(Object message) {
        try {
            if (message instanceof io.netty.handler.codec.http.HttpRequest head) {
                head(head);
            }
            if (state == State.READING && message instanceof HttpContent content) {
                content(content);
            }
        } catch (Throwable failure) {
            log.error("a request from {} could not be taken", peer, failure);
            close();
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(io.netty.handler.codec.http.HttpRequest head) {
        begun = true;
        if (head.decoderResult().isFailure()) {
            malformed(head.decoderResult().cause());
            return;
        }
        HttpHeaders headers;
        try {
            headers = HttpHeaders.of(head.headers());
        } catch (IllegalArgumentException malformed) {
            malformed(malformed);
            return;
        }
        HttpRequest asked = new HttpRequest(
                head.method().name(), connections.shared(head.uri()), headers, peer, tls != null, Frame.empty());
        if (isTooLong(head)) {
            refuse(431);
        } else if (WebSocketHandshake.isUpgrade(headers)) {
            upgrade(asked);
        } else if (HttpUtil.getContentLength(head, 0L) > options().maxBodyBytes()) {
            refuse(413);
        } else if (headers.first("Expect").isPresent() && !HttpUtil.is100ContinueExpected(head)) {
            refuse(417);
        } else {
            if (HttpUtil.is100ContinueExpected(head)) {
                channel.writeAndFlush(HttpWriter.bytes("HTTP/1.1 100 Continue\r\n\r\n"));
            }
            request = asked;
            keepAlive = HttpUtil.isKeepAlive(head);
        }
    }

    /** Netty looks at the line and at the fields apart. */
    private boolean isTooLong(io.netty.handler.codec.http.HttpRequest head) {
        long bytes = head.method().name().length() + head.uri().length() + 12L;
        var fields = head.headers().iteratorCharSequence();
        while (fields.hasNext()) {
            var field = fields.next();
            bytes += field.getKey().length() + field.getValue().length() + 4L;
        }
        return bytes > options().maxHeaderBytes();
    }

    private void malformed(Throwable cause) {
        refuse(cause instanceof TooLongFrameException ? 431 : 400);
    }

    private void content(HttpContent content) {
        HttpRequest asked = request;
        if (content.decoderResult().isFailure()) {
            refuse(400);
        } else if (asked != null) {
            ByteBuf bytes = content.content();
            if (bytes.isReadable()) {
                FrameBuilder collected = body;
                if (collected == null) {
                    collected = new FrameBuilder(options().maxBodyBytes());
                    body = collected;
                }
                collected.write(ByteBufUtil.getBytes(bytes));
                if (collected.isOverLimit()) {
                    refuse(413);
                    return;
                }
            }
            if (content instanceof LastHttpContent) {
                ask(asked);
            }
        }
    }

    private void ask(HttpRequest asked) {
        FrameBuilder collected = body;
        body = null;
        request = null;
        HttpRequest whole = collected == null
                ? asked
                : new HttpRequest(
                        asked.method(), asked.target(), asked.headers(), peer, asked.secure(), collected.build());
        state = State.ASKED;
        stopTimer();
        channel.config().setAutoRead(false);
        Asked exchange = new Asked(whole);
        try {
            connections.handler().request(exchange);
        } catch (Throwable failure) {
            log.error("the handler of HTTP failed at {}", whole, failure);
            exchange.answer(HttpResponse.text(500, WebSocketHandshake.phrase(500)));
        }
    }

    /** Answers what is no proper request, and closes. */
    private void refuse(int status) {
        request = null;
        body = null;
        lastAnswer(HttpResponse.text(status, WebSocketHandshake.phrase(status)), true);
    }

    private void requestTimedOut() {
        if (tls != null && !tls.handshakeFuture().isDone()) {
            return; // it has a time-out of its own, which is reported
        }
        if (begun || request != null) {
            refuse(408);
        } else {
            close();
        }
    }

    // ---- an answer

    private void answer(HttpRequest asked, HttpResponse response) {
        if (state != State.ASKED || !channel.isActive()) {
            return;
        }
        boolean withBody = !asked.method().equals("HEAD");
        if (!keepAlive || inputEnded) {
            lastAnswer(response, withBody);
            return;
        }
        state = State.ANSWERING;
        watchProgress();
        channel.writeAndFlush(HttpWriter.response(response, true, withBody)).addListener(written -> {
            if (!written.isSuccess()) {
                close();
            } else if (state == State.ANSWERING) {
                goOn();
            }
        });
    }

    private void goOn() {
        if (ending || (inputEnded && held == null)) {
            close();
            return;
        }
        awaitRequest();
        while (state == State.READING && held != null) {
            Object next = held.poll();
            if (next == null) {
                held = null;
            } else {
                take(next);
            }
        }
        if (state == State.READING) {
            if (inputEnded) {
                close();
            } else {
                channel.config().setAutoRead(true);
            }
        }
    }

    private void lastAnswer(HttpResponse response, boolean withBody) {
        state = State.CLOSING;
        release();
        watchProgress();
        channel.writeAndFlush(HttpWriter.response(response, false, withBody)).addListener(written -> shutDown());
    }

    /** Ends the output, and reads what comes to throw it away: a connection closed over unread bytes loses what it wrote. */
    private void shutDown() {
        if (!channel.isActive()) {
            return;
        }
        time(LINGER, this::close);
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

    /** Closes when the peer takes nothing of a response for the time it has for a request. */
    private void watchProgress() {
        progress = unwritten();
        time(options().requestTimeout(), () -> {
            long now = unwritten();
            if (now == progress) {
                close();
            } else {
                watchProgress();
            }
        });
    }

    private long unwritten() {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        return waiting == null ? 0 : waiting.totalPendingWriteBytes() - waiting.currentProgress();
    }

    /** A request that waits for its response. */
    private final class Asked implements HttpAcceptHandler.Exchange {

        private final HttpRequest asked;
        private final AtomicBoolean answered = new AtomicBoolean();

        Asked(HttpRequest asked) {
            this.asked = asked;
        }

        @Override
        public HttpRequest request() {
            return asked;
        }

        @Override
        public void answer(HttpResponse response) {
            if (answered.compareAndSet(false, true)) {
                // Never now: a handler may answer inside the call that asked it.
                loop.runLater(() -> HttpConnection.this.answer(asked, response));
            }
        }
    }

    // ---- a request for a WebSocket

    private void upgrade(HttpRequest asked) {
        state = State.UPGRADING;
        stopTimer();
        channel.config().setAutoRead(false);
        if (held != null && held.size() > 1) {
            refuse(400); // after its end, in the same read, it was taken for HTTP what cannot be
            return;
        }
        channel.pipeline().remove(decoder); // what it has read beyond the request comes here
        HttpResponse objection = WebSocketHandshake.objection(asked);
        if (objection != null) {
            lastAnswer(objection, true);
            return;
        }
        UpgradeAsked upgrade = new UpgradeAsked(this, asked);
        try {
            connections.handler().upgrade(upgrade);
        } catch (Throwable failure) {
            log.error("the handler of WebSockets failed at {}", asked, failure);
            upgrade.refuse(WebSocketHandshake.refusal(500, WebSocketHandshake.phrase(500)));
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
        if (state == State.UPGRADING && channel.isActive()) {
            lastAnswer(response, true);
        }
    }

    /** Puts a link in this handler's place, and returns it; null if the connection has gone. */
    @Nullable
    WebSocketLink becomeWebSocket(WebSocketLink.Agreed agreed, HttpHeaders accepted) {
        if (state != State.UPGRADING || !channel.isActive()) {
            return null;
        }
        if (inputEnded) {
            close();
            return null;
        }
        release();
        WebSocketLink link = new WebSocketLink(channel, loop, peer, agreed, tls);
        channel.pipeline().replace(this, null, link);
        channel.writeAndFlush(HttpWriter.switching(accepted));
        return link;
    }

    /** Begins to read for the link. */
    void handOver(WebSocketLink link) {
        byte[] read = early;
        early = new byte[0];
        link.start(read);
        if (!link.inbound().isPaused()) {
            channel.config().setAutoRead(true);
        }
    }
}
