package io.heliograph.transport.netty;

import static io.heliograph.transport.netty.Sockets.drain;
import static io.heliograph.transport.netty.Sockets.onLoop;
import static io.heliograph.transport.netty.Sockets.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.netty.Sockets.Listening;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Direct writes to epoll sockets: availability, partial writes, the order of direct and queued bytes, and failures. */
class DirectOutputTest {

    private static final LinkOptions RAW = LinkOptions.of(Framing.none()).withQueue(64 << 20, Overflow.CLOSE);
    private static final int MEGABYTE = 1 << 20;

    private Sockets sockets;
    private Listening server;
    private SocketChannel peer;
    private RecordingHandler handler;
    private NettyLink link;
    private DirectOutput output;

    @BeforeEach
    void connect() throws IOException {
        Assumptions.assumeTrue(Engine.choose(null) == Engine.EPOLL);
        sockets = new Sockets(Engine.EPOLL);
        server = sockets.listen(SocketFiles.freshAddress(), RAW, RecordingHandler::new);
        peer = plain(server.address());
        handler = server.next();
        link = (NettyLink) handler.link();
        output = Objects.requireNonNull(DirectOutput.of(link));
    }

    @AfterEach
    void close() throws IOException {
        if (sockets != null) {
            peer.close();
            sockets.close();
        }
    }

    private <T> T loopValue(Callable<T> task) {
        AtomicReference<T> value = new AtomicReference<>();
        onLoop(link.loop(), () -> {
            try {
                value.set(task.call());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        return value.get();
    }

    private boolean available() {
        return loopValue(output::isAvailable);
    }

    /** Sends frames from one task of the event loop, and returns after they have been flushed. */
    private void send(byte[]... frames) {
        onLoop(link.loop(), () -> {
            for (byte[] frame : frames) {
                assertThat(link.send(Frame.of(frame))).isTrue();
            }
        });
        onLoop(link.loop(), () -> {});
    }

    private static byte[] pattern(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((i + seed) % 251);
        }
        return bytes;
    }

    private byte[] read(int length) throws IOException {
        ByteBuffer received = ByteBuffer.allocate(length);
        while (received.hasRemaining()) {
            assertThat(peer.read(received)).isPositive();
        }
        return received.array();
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all =
                ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    /** Counts the bytes that a link passes to Netty. As the last handler, it does not disable direct writes. */
    private final class NettyBytes extends ChannelOutboundHandlerAdapter {

        private long bytes;

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            bytes += ((ByteBuf) message).readableBytes();
            ctx.write(message, promise);
        }

        private long total() {
            return loopValue(() -> bytes);
        }
    }

    private NettyBytes countNettyBytes() {
        NettyBytes counter = new NettyBytes();
        onLoop(link.loop(), () -> link.channel().pipeline().addLast(counter));
        return counter;
    }

    // ---- availability

    @Test
    void smallFrameBypassesNetty() throws IOException {
        NettyBytes netty = countNettyBytes();
        assertThat(available()).isTrue();
        byte[] frame = pattern(100, 0);
        send(frame);
        assertThat(read(100)).isEqualTo(frame);
        assertThat(link.queuedBytes()).isZero();
        assertThat(netty.total()).isZero();
    }

    @Test
    void nioLinkHasNoDirectOutput() throws IOException {
        try (Sockets nio = new Sockets(Engine.NIO)) {
            Listening listening = nio.listen(SocketFiles.freshAddress(), RAW, RecordingHandler::new);
            try (SocketChannel ignored = plain(listening.address())) {
                assertThat(DirectOutput.of((NettyLink) listening.next().link())).isNull();
            }
        }
    }

    @Test
    void directOutputIsUnavailableWithTls() {
        LinkOptions tls = RAW.withTls(Certificates.trusted());
        Listening secure = sockets.listen(new Address.Tcp("127.0.0.1", 0), tls, RecordingHandler::new);
        sockets.connect(secure.address(), tls, new RecordingHandler());
        link = (NettyLink) secure.next().link();
        output = Objects.requireNonNull(DirectOutput.of(link));
        assertThat(available()).isFalse();
    }

    @Test
    void handlerBeforeLinkDisablesDirectWrites() throws IOException {
        NettyBytes first = new NettyBytes();
        onLoop(link.loop(), () -> link.channel().pipeline().addFirst(first));
        assertThat(available()).isFalse();
        byte[] frame = pattern(100, 0);
        send(frame);
        assertThat(read(100)).isEqualTo(frame);
        assertThat(first.total()).isEqualTo(100);
        onLoop(link.loop(), () -> link.channel().pipeline().remove(first));
        assertThat(available()).isTrue();
    }

    // ---- partial writes

    @Test
    void partialWriteReturnsBytesWithRoom() throws IOException {
        byte[] bytes = pattern(LoopBuffers.WRITE, 0);
        int written = loopValue(() -> {
            ByteBuf buffer = output.take().writeBytes(bytes);
            try {
                int total = 0;
                int sent;
                do {
                    sent = output.write(buffer);
                    total += sent;
                } while (sent == bytes.length);
                assertThat(buffer.readableBytes()).isEqualTo(bytes.length);
                assertThat(output.write(buffer)).isZero();
                return total;
            } finally {
                output.release(buffer);
            }
        });
        assertThat(written % bytes.length).isPositive();
        byte[] received = read(written);
        for (int i = 0; i < written; i++) {
            if (received[i] != bytes[i % bytes.length]) {
                assertThat(received[i]).as("byte %s", i).isEqualTo(bytes[i % bytes.length]);
            }
        }
    }

    @Test
    void nextWriteBeginsAtReaderIndex() throws IOException {
        byte[] bytes = pattern(1_000, 0);
        onLoop(link.loop(), () -> {
            ByteBuf buffer = output.take().writeBytes(bytes);
            try {
                int end = buffer.writerIndex();
                assertThat(output.write(buffer.writerIndex(400))).isEqualTo(400);
                assertThat(output.write(buffer.writerIndex(end).skipBytes(400))).isEqualTo(600);
            } catch (IOException e) {
                throw new AssertionError(e);
            } finally {
                output.release(buffer);
            }
        });
        assertThat(read(1_000)).isEqualTo(bytes);
    }

    @Test
    void directWritesResumeWhenPeerReadsAgain() throws IOException {
        NettyBytes netty = countNettyBytes();
        byte[] bytes = pattern(4 * MEGABYTE, 0);
        send(bytes);
        assertThat(available()).isFalse();
        assertThat(link.queuedBytes()).isBetween(1L, bytes.length - 1L);
        assertThat(netty.total()).isPositive();
        assertThat(read(bytes.length)).isEqualTo(bytes);
        Awaitility.await().until(this::available);
        assertThat(link.queuedBytes()).isZero();

        long before = netty.total();
        byte[] next = pattern(100, 7);
        send(next);
        assertThat(read(100)).isEqualTo(next);
        assertThat(netty.total()).isEqualTo(before);
    }

    @Test
    void largeFrameIsSplitIntoManyWrites() throws IOException {
        NettyBytes netty = countNettyBytes();
        byte[] bytes = pattern(16 * MEGABYTE + 1, 0);
        send(bytes);
        assertThat(read(bytes.length)).isEqualTo(bytes);
        Awaitility.await().until(this::available);
        assertThat(netty.total()).isBetween(1L, bytes.length - 1L);
        assertThat(link.queuedBytes()).isZero();
        assertThat(handler.reason()).isNull();
    }

    // ---- order

    @Test
    void directAndQueuedWritesKeepOrder() throws IOException {
        NettyBytes netty = countNettyBytes();
        for (int round = 0; round < 10; round++) {
            byte[] direct = pattern(1_000, round);
            byte[] blocked = pattern(MEGABYTE, round + 1);
            byte[] queued = pattern(1_000, round + 2);
            long before = netty.total();
            send(direct);
            assertThat(netty.total()).as("direct").isEqualTo(before);
            send(blocked, queued);
            assertThat(netty.total()).as("through Netty").isGreaterThan(before);
            assertThat(available()).isFalse();
            send(queued);
            byte[] expected = concat(direct, blocked, queued, queued);
            assertThat(read(expected.length)).isEqualTo(expected);
            Awaitility.await().until(this::available);
        }
    }

    // ---- close and failure

    @Test
    void endDuringPartialWriteWritesTheQueue() throws IOException {
        byte[] bytes = pattern(4 * MEGABYTE, 0);
        send(bytes);
        assertThat(available()).isFalse();
        link.end();
        assertThat(read(bytes.length)).isEqualTo(bytes);
        assertThat(drain(peer)).isZero();
        peer.close();
        assertThat(handler.awaitClosed()).isEqualTo(new CloseReason.Local());
    }

    @Test
    void closeDuringPartialWriteDropsTheQueue() throws IOException {
        send(pattern(4 * MEGABYTE, 0));
        assertThat(available()).isFalse();
        link.close(new CloseReason.Local());
        assertThat(handler.awaitClosed()).isEqualTo(new CloseReason.Local());
        assertThat(link.queuedBytes()).isZero();
        assertThat(drain(peer)).isBetween(1L, 4L * MEGABYTE - 1);
        assertThat(link.send(Frame.utf8("late"))).isFalse();
    }

    @Test
    void peerCloseDuringPartialWriteFailsTheLink() throws IOException {
        send(pattern(4 * MEGABYTE, 0));
        assertThat(available()).isFalse();
        peer.close();
        assertThat(handler.awaitClosed()).isInstanceOf(CloseReason.Failed.class);
        assertThat(link.queuedBytes()).isZero();
        assertThat(link.send(Frame.utf8("late"))).isFalse();
    }

    @Test
    void writeToClosedPeerThrows() throws IOException {
        onLoop(link.loop(), () -> link.reading(false));
        peer.close();
        onLoop(link.loop(), () -> {
            ByteBuf buffer = output.take().writeByte(1);
            try {
                assertThatThrownBy(() -> output.write(buffer)).isInstanceOf(IOException.class);
            } finally {
                output.release(buffer);
            }
        });
    }

    @Test
    void failedWriteFailsTheLinkAndReturnsTheBuffer() throws IOException {
        ByteBuf kept = loopValue(output::take);
        onLoop(link.loop(), () -> {
            output.release(kept);
            link.reading(false);
        });
        peer.close();
        link.send(Frame.utf8("unread"));
        assertThat(handler.awaitClosed())
                .asInstanceOf(type(CloseReason.Failed.class))
                .extracting(CloseReason.Failed::cause)
                .asInstanceOf(type(TransportException.class))
                .returns("EPIPE", TransportException::code);
        onLoop(link.loop(), () -> {
            ByteBuf next = output.take();
            assertThat(next).isSameAs(kept);
            output.release(next);
        });
    }
}
