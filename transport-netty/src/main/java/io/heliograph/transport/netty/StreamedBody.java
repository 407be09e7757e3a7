package io.heliograph.transport.netty;

import io.heliograph.endpoint.FailureLog;
import io.heliograph.frame.Frame;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Writes the frames of a publisher as the body of a response, and requests the next frame for each one that has been handed to
 * the operating system.
 */
final class StreamedBody implements Flow.Subscriber<Frame> {

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(StreamedBody.class));

    /** Frames that are requested in advance. */
    private static final int WINDOW = 4;

    private final Channel channel;
    private final NettyEventLoop loop;
    private final long length;
    private final Consumer<Future<?>> completed;

    // Event loop only.
    private Flow.@Nullable Subscription subscription;
    private long accepted;
    private long written;
    private boolean ended;

    /**
     * @param length the length of the body, or negative if unknown
     * @param completed called on the event loop when the body has been written or a write has failed
     */
    StreamedBody(Channel channel, NettyEventLoop loop, long length, Consumer<Future<?>> completed) {
        this.channel = channel;
        this.loop = loop;
        this.length = length;
        this.completed = completed;
    }

    /** The number of bytes handed to the operating system. */
    long written() {
        return written;
    }

    /** Whether frames wait for the peer to read. */
    boolean isPending() {
        return accepted > written;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        loop.runLater(() -> {
            if (ended || subscription != null) {
                given.cancel();
            } else {
                subscription = given;
                given.request(WINDOW);
            }
        });
    }

    @Override
    public void onNext(Frame frame) {
        loop.runLater(() -> write(frame));
    }

    private void write(Frame frame) {
        if (ended) {
            return;
        }
        accepted += frame.length();
        if (length >= 0 && accepted > length) {
            fail(new IllegalStateException("body: more than " + length + " bytes (expected: the Content-Length)"));
            return;
        }
        var bytes = Unpooled.wrappedBuffer(frame.array(), frame.offset(), frame.length());
        channel.writeAndFlush(new DefaultHttpContent(bytes)).addListener(done -> written(done, frame.length()));
    }

    private void written(Future<?> done, int bytes) {
        written += bytes;
        if (ended) {
            return;
        }
        if (!done.isSuccess()) {
            cancel();
            completed.accept(done);
        } else if (subscription != null) {
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        loop.runLater(() -> fail(failure));
    }

    private void fail(Throwable failure) {
        if (!ended) {
            failures.userCode("response stream", String.valueOf(channel.remoteAddress()), failure);
            cancel();
            channel.close();
        }
    }

    @Override
    public void onComplete() {
        loop.runLater(() -> {
            if (ended) {
                return;
            }
            if (length >= 0 && accepted < length) {
                fail(new IllegalStateException(
                        "body: " + accepted + " bytes (expected: the Content-Length, " + length + ")"));
                return;
            }
            finish();
        });
    }

    private void finish() {
        ended = true;
        ChannelFuture last = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        last.addListener(completed::accept);
    }

    /** Ends the body before its publisher has: cancels the subscription and writes the end of the body. */
    void end() {
        if (!ended) {
            cancel();
            finish();
        }
    }

    /** Cancels the subscription; nothing more is written. */
    void cancel() {
        ended = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
