package io.heliograph.transport.netty;

import static io.heliograph.transport.netty.Sockets.drain;
import static io.heliograph.transport.netty.Sockets.onLoop;
import static io.heliograph.transport.netty.Sockets.plain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.netty.Sockets.Listening;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections of the engines beyond the contract of all transports: closed peers, half-closed peers, system calls, memory. */
class SocketTest {

    private static final LinkOptions LINES = LinkOptions.of(Framing.delimiter('\n'));
    private static final LinkOptions RAW = LinkOptions.of(Framing.none());
    private static final CloseReason REMOTE = new CloseReason.Remote(0, "");

    private @Nullable Sockets opened;

    static Engine[] engines() {
        return Engine.choose(null) == Engine.NIO
                ? new Engine[] {Engine.NIO}
                : new Engine[] {Engine.choose(null), Engine.NIO};
    }

    private Sockets open(Engine engine) {
        Sockets sockets = new Sockets(engine);
        opened = sockets;
        return sockets;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    // ---- closed peers

    @ParameterizedTest
    @MethodSource("engines")
    void resetFailsTheLink(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(new Address.Tcp("127.0.0.1", 0), LINES, RecordingHandler::new);
        SocketChannel peer = plain(server.address());
        RecordingHandler called = server.next();
        peer.setOption(StandardSocketOptions.SO_LINGER, 0);
        peer.close();
        assertFailed(called.awaitClosed(), "ECONNRESET");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void peerThatClosesWithoutReadingFailsTheLink(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(SocketFiles.freshAddress(), LINES, RecordingHandler::new);
        SocketChannel peer = plain(server.address());
        RecordingHandler called = server.next();
        assertThat(called.link().send(Frame.utf8("unread"))).isTrue();
        Awaitility.await().until(() -> called.link().queuedBytes() == 0);
        peer.close();
        assertFailed(called.awaitClosed(), "ECONNRESET");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void closedPeerIsNoticedByWritesWhileReadingIsPaused(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(SocketFiles.freshAddress(), LINES, RecordingHandler::new);
        SocketChannel peer = plain(server.address());
        RecordingHandler called = server.next();
        onLoop(called.link().loop(), () -> called.link().reading(false));
        peer.write(ByteBuffer.wrap("one\ntwo\n".getBytes(UTF_8)));
        peer.close();
        onLoop(called.link().loop(), () -> {});
        assertThat(called.frames()).isEmpty();
        assertThat(called.isInputEnded()).isFalse();
        called.link().send(Frame.utf8("anybody there?"));
        assertFailed(called.awaitClosed(), "EPIPE");
        assertThat(called.frames()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void inputBeforeCloseIsReadWhenReadingResumes(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(SocketFiles.freshAddress(), LINES, RecordingHandler::new);
        SocketChannel peer = plain(server.address());
        RecordingHandler called = server.next();
        onLoop(called.link().loop(), () -> called.link().reading(false));
        peer.write(ByteBuffer.wrap("one\ntwo\n".getBytes(UTF_8)));
        peer.close();
        for (int i = 0; i < 10; i++) {
            onLoop(called.link().loop(), () -> {});
        }
        assertThat(called.frames()).isEmpty();
        called.link().reading(true);
        assertThat(called.awaitClosed()).isEqualTo(REMOTE);
        assertThat(called.frames()).containsExactly(Frame.utf8("one"), Frame.utf8("two"));
        assertThat(called.isInputEnded()).isTrue();
        assertThat(called.violations()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void inputIsReadAfterAFailedWrite(Engine engine) throws Exception {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(SocketFiles.freshAddress(), LINES, RecordingHandler::new);
        SocketChannel peer = plain(server.address());
        RecordingHandler called = server.next();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        called.link().loop().execute(() -> {
            try {
                held.countDown();
                assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            // Written before the loop reads again.
            called.link().send(Frame.utf8("too late"));
        });
        assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
        peer.write(ByteBuffer.wrap("goodbye\n".getBytes(UTF_8)));
        peer.close();
        gone.countDown();
        assertFailed(called.awaitClosed(), "EPIPE");
        assertThat(called.frames()).containsExactly(Frame.utf8("goodbye"));
        assertThat(called.link().send(Frame.utf8("x"))).isFalse();
    }

    private static void assertFailed(CloseReason reason, String code) {
        assertThat(reason)
                .asInstanceOf(type(CloseReason.Failed.class))
                .extracting(CloseReason.Failed::cause)
                .asInstanceOf(type(TransportException.class))
                .returns(code, TransportException::code);
    }

    // IPC: a request whose sender has ended its output gets its whole answer
    @ParameterizedTest
    @MethodSource("engines")
    void longResponseReachesHalfClosedSlowPeer(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        int frames = 200;
        LinkOptions roomy = RAW.withQueue(64 << 20, Overflow.CLOSE);
        Listening server = sockets.listen(SocketFiles.freshAddress(), roomy, () -> new RecordingHandler() {
            @Override
            public void inputEnded(Link link) {
                for (int i = 0; i < frames; i++) {
                    link.send(Frame.of(new byte[100_000]));
                }
                super.inputEnded(link);
            }
        });
        try (SocketChannel peer = plain(server.address())) {
            peer.write(ByteBuffer.wrap(new byte[] {1}));
            peer.shutdownOutput();
            RecordingHandler called = server.next();
            called.awaitInputEnded();
            onLoop(called.link().loop(), () -> {});
            assertThat(called.link().queuedBytes()).isPositive();
            assertThat(called.reason()).isNull();
            assertThat(drain(peer)).isEqualTo(frames * 100_000L);
            assertThat(called.awaitClosed()).isEqualTo(REMOTE);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void vanishedHalfClosedPeerIsNoticed(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        LinkOptions roomy = RAW.withQueue(64 << 20, Overflow.CLOSE);
        Listening server = sockets.listen(SocketFiles.freshAddress(), roomy, () -> new RecordingHandler() {
            @Override
            public void inputEnded(Link link) {
                link.send(Frame.of(new byte[10 << 20]));
                super.inputEnded(link);
            }
        });
        SocketChannel peer = plain(server.address());
        peer.shutdownOutput();
        RecordingHandler called = server.next();
        called.awaitInputEnded();
        peer.close();
        CloseReason reason = called.awaitClosed();
        assertThat(reason).isInstanceOf(CloseReason.Failed.class);
    }

    // ---- system calls and memory

    /** Counts what passes on its way to the socket. */
    private static final class Counter extends ChannelOutboundHandlerAdapter {

        private int writes;
        private int flushes;

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            writes++;
            ctx.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            flushes++;
            ctx.flush();
        }
    }

    private static Counter count(Link link) {
        Counter counter = new Counter();
        onLoop(link.loop(), () -> ((NettyLink) link).channel().pipeline().addFirst(counter));
        return counter;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void framesOfOneTaskAreFlushedOnce(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(SocketFiles.freshAddress(), LINES, RecordingHandler::new);
        try (SocketChannel peer = plain(server.address())) {
            Link link = server.next().link();
            Counter counter = count(link);
            onLoop(link.loop(), () -> {
                for (int i = 0; i < 1_000; i++) {
                    link.send(Frame.utf8("0123456789012345678901234567890"));
                }
            });
            ByteBuffer received = ByteBuffer.allocate(32_000);
            while (received.hasRemaining()) {
                assertThat(peer.read(received)).isPositive();
            }
            onLoop(link.loop(), () -> {
                assertThat(counter.flushes).isEqualTo(1);
                assertThat(counter.writes).isEqualTo(1);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void responsesWithinOneReadAreFlushedOnce(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(SocketFiles.freshAddress(), LINES, () -> new RecordingHandler() {
            @Override
            public void frame(Link link, Frame frame) {
                link.send(frame);
            }
        });
        try (SocketChannel peer = plain(server.address())) {
            Link link = server.next().link();
            Counter counter = count(link);
            peer.write(ByteBuffer.wrap("a\nb\nc\nd\ne\n".getBytes(UTF_8)));
            ByteBuffer received = ByteBuffer.allocate(10);
            while (received.hasRemaining()) {
                assertThat(peer.read(received)).isPositive();
            }
            onLoop(link.loop(), () -> assertThat(counter.flushes).isEqualTo(1));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void stalledReaderUsesItsLimitOnly(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        int limit = 1 << 20;
        Listening server = sockets.listen(
                SocketFiles.freshAddress(), RAW.withQueue(limit, Overflow.REFUSE), RecordingHandler::new);
        try (SocketChannel peer = plain(server.address())) {
            Link link = server.next().link();
            int accepted = 0;
            // Refused twice with the loop's work done in between: the kernel takes no more.
            for (int refusals = 0; refusals < 2; ) {
                if (link.send(Frame.of(new byte[10_000]))) {
                    accepted++;
                } else {
                    refusals++;
                    onLoop(link.loop(), () -> {});
                }
                assertThat(link.queuedBytes()).isLessThanOrEqualTo(limit);
            }
            onLoop(
                    link.loop(),
                    () -> assertThat(((NettyLink) link)
                                    .channel()
                                    .unsafe()
                                    .outboundBuffer()
                                    .totalPendingWriteBytes())
                            .isBetween(1L, 200_000L));
            link.end();
            assertThat(drain(peer)).isEqualTo(accepted * 10_000L);
        }
    }
}
