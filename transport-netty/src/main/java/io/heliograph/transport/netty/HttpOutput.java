package io.heliograph.transport.netty;

import io.heliograph.frame.Frame;
import io.heliograph.http.EndlessBody;
import io.heliograph.http.HttpResponse;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes the responses of one connection, whole or streamed, and measures how far the peer has read them. Event loop only. */
final class HttpOutput {

    private final Channel channel;
    private final NettyEventLoop loop;
    private @Nullable StreamedBody stream;
    private boolean endless;
    private long lastProgress;

    HttpOutput(Channel channel, NettyEventLoop loop) {
        this.channel = channel;
        this.loop = loop;
    }

    /**
     * Writes a response.
     *
     * @param head whether the request was HEAD
     * @param chunked whether the peer understands chunks
     * @param completed called when the response has been handed to the operating system, or cannot be
     */
    void write(HttpResponse response, boolean keepAlive, boolean head, boolean chunked, Consumer<Future<?>> completed) {
        stream = null;
        endless = false;
        Flow.Publisher<Frame> publisher = response.stream().orElse(null);
        if (publisher == null) {
            channel.writeAndFlush(HttpWriter.whole(response, keepAlive, head)).addListener(completed::accept);
        } else if (head || HttpWriter.isEmpty(response.status())) {
            channel.write(HttpWriter.head(response, keepAlive, false));
            channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(completed::accept);
            discard(response);
        } else {
            channel.writeAndFlush(HttpWriter.head(response, keepAlive, chunked));
            subscribe(publisher, response.headers().first("Content-Length"), completed);
        }
        lastProgress = progress();
    }

    private void subscribe(Flow.Publisher<Frame> publisher, Optional<String> length, Consumer<Future<?>> completed) {
        StreamedBody body =
                new StreamedBody(channel, loop, length.map(Long::parseLong).orElse(-1L), completed);
        stream = body;
        endless = publisher instanceof EndlessBody;
        try {
            publisher.subscribe(body);
        } catch (Throwable failure) {
            body.onError(failure);
        }
    }

    /** Cancels an endless body that is not written, because the connection has closed or the request was HEAD. */
    static void discard(HttpResponse response) {
        if (response.stream().orElse(null) instanceof EndlessBody body) {
            body.subscribe(new DiscardingSubscriber());
        }
    }

    private static final class DiscardingSubscriber implements Flow.Subscriber<Frame> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onNext(Frame frame) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    /** Cancels the stream of the current response, if there is one. */
    void cancel() {
        if (stream != null) {
            stream.cancel();
        }
    }

    /** Whether the current response has an endless body that has not been ended. */
    boolean isEndless() {
        return endless;
    }

    /** Ends the body of the current response if it is endless. */
    void endEndless() {
        if (endless && stream != null) {
            endless = false;
            stream.end();
        }
    }

    /** Whether the peer has read nothing since the last call, or since the beginning of the response. */
    boolean isStalled() {
        long now = progress();
        boolean awaitsPublisher = stream != null && !stream.isPending();
        boolean stalled = now == lastProgress && !awaitsPublisher;
        lastProgress = now;
        return stalled;
    }

    private long progress() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long unwritten = buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
        return (stream == null ? 0 : stream.written()) - unwritten;
    }

    /** Installs {@link PolledOutput} after the peer has ended its output. */
    void peerHalfClosed() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (channel instanceof AbstractEpollStreamChannel epoll
                && channel.pipeline().get(PolledOutput.class) == null
                && buffer != null
                && buffer.isEmpty()) {
            channel.pipeline().addFirst(new PolledOutput(epoll.fd()));
        }
    }
}
