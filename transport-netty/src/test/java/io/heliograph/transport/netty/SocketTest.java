package io.heliograph.transport.netty;

import static io.heliograph.transport.netty.Sockets.drain;
import static io.heliograph.transport.netty.Sockets.get;
import static io.heliograph.transport.netty.Sockets.onLoop;
import static io.heliograph.transport.netty.Sockets.plain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
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
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the contract of all transports does not say: errors of the system, peers that vanish, system calls. */
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

    // ---- who is there

    // IPC: peer credentials
    @ParameterizedTest
    @MethodSource("engines")
    void bothEndsOfUnixSocketHaveCredentials(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        var own = FileSystems.getDefault()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName(System.getProperty("user.name"));
        Listening server = sockets.listen(SocketFiles.freshAddress(), LINES, RecordingHandler::new);
        Link caller =
                sockets.connect(server.address(), LINES, new RecordingHandler()).link();
        Link called = server.next().link();
        for (Link link : new Link[] {caller, called}) {
            assertThat(link.credentials()).isPresent();
            assertThat(link.credentials().get().user()).isEqualTo(own);
            if (engine != Engine.NIO) {
                assertThat(link.credentials().get().pid())
                        .hasValue(ProcessHandle.current().pid());
            }
        }
        called.close(new CloseReason.Local());
        assertThat(called.credentials()).isPresent();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void tcpPeerHasAddressWithoutCredentials(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(new Address.Tcp("127.0.0.1", 0), LINES, RecordingHandler::new);
        try (SocketChannel peer = plain(server.address())) {
            Link link = server.next().link();
            assertThat(link.credentials()).isEmpty();
            assertThat(link.peer())
                    .isEqualTo(new Address.Tcp("127.0.0.1", peer.socket().getLocalPort()));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void allAddressesOfHostAreTried(Engine engine) {
        Sockets sockets = open(engine);
        Listening server = sockets.listen(new Address.Tcp("localhost", 0), LINES, RecordingHandler::new);
        RecordingHandler caller = sockets.connect(server.address(), LINES, new RecordingHandler());
        assertThat(caller.link().peer()).isEqualTo(server.address());
    }

    // ---- errors of the system

    private static String code(HeliographException failure) {
        assertThat(failure).isInstanceOf(UnreachableException.class);
        assertThat(failure.getCause()).isInstanceOf(TransportException.class);
        return ((TransportException) Objects.requireNonNull(failure.getCause())).code();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void missingSocketFileIsUnreachable(Engine engine) {
        Sockets sockets = open(engine);
        Address nowhere = SocketFiles.freshAddress();
        HeliographException failure = sockets.failToConnect(nowhere, LINES);
        assertThat(code(failure)).isEqualTo("ENOENT");
        assertThat(failure).hasMessageContaining(nowhere.toString()).hasMessageContaining("path");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void plainFileIsUnreachable(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Path file = Files.createFile(SocketFiles.fresh());
        assertThat(code(sockets.failToConnect(new Address.Unix(file), LINES))).isEqualTo("ECONNREFUSED");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void pathTooLongIsRejectedWithItsLimit(Engine engine) {
        Sockets sockets = open(engine);
        int limit = SystemError.MAX_PATH - (engine == Engine.NIO ? 1 : 0); // the JDK's is less
        Path longest = SocketFiles.fresh();
        int room = limit - longest.toString().length();
        longest = Path.of(longest + "x".repeat(room));
        Path tooLong = Path.of(longest + "x".repeat(SystemError.MAX_PATH + 1 - limit));
        sockets.listen(new Address.Unix(longest), LINES, RecordingHandler::new);

        HeliographException failure = sockets.failToConnect(new Address.Unix(tooLong), LINES);
        assertThat(code(failure)).isEqualTo("ENAMETOOLONG");
        assertThatThrownBy(() -> sockets.listen(new Address.Unix(tooLong), LINES, RecordingHandler::new))
                .asInstanceOf(type(TransportException.class))
                .returns("ENAMETOOLONG", TransportException::code)
                .extracting(Throwable::getMessage)
                .asString()
                .contains("path of " + (SystemError.MAX_PATH + 1) + " bytes")
                .contains("at most " + SystemError.MAX_PATH);
        assertThat(tooLong).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void unknownHostIsUnreachable(Engine engine) {
        Sockets sockets = open(engine);
        HeliographException failure = sockets.failToConnect(new Address.Tcp("nobody.invalid", 1), LINES);
        assertThat(code(failure)).isEqualTo("ENOTFOUND");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void missingDirectoryFailsListen(Engine engine) {
        Sockets sockets = open(engine);
        Address address = new Address.Unix(SocketFiles.fresh().resolve("nowhere.sock"));
        assertThatThrownBy(() -> sockets.listen(address, LINES, RecordingHandler::new))
                .asInstanceOf(type(TransportException.class))
                .returns("ENOENT", TransportException::code)
                .extracting(Throwable::getMessage)
                .asString()
                .contains(address.toString());
    }

    // IPC: never steal a live socket file
    @ParameterizedTest
    @MethodSource("engines")
    void listenKeepsExistingFile(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Listening first = sockets.listen(SocketFiles.freshAddress(), LINES, RecordingHandler::new);
        assertThatThrownBy(() -> sockets.listen(first.address(), LINES, RecordingHandler::new))
                .asInstanceOf(type(TransportException.class))
                .returns("EADDRINUSE", TransportException::code);
        sockets.connect(first.address(), LINES, new RecordingHandler());
        first.next();

        Path file = Files.writeString(SocketFiles.fresh(), "mine");
        assertThatThrownBy(() -> sockets.listen(new Address.Unix(file), LINES, RecordingHandler::new))
                .asInstanceOf(type(TransportException.class))
                .returns("EADDRINUSE", TransportException::code);
        assertThat(file).hasContent("mine");
    }

    // IPC: the file may be another's by then
    @ParameterizedTest
    @MethodSource("engines")
    void closingAcceptorKeepsFileAtItsPath(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Path path = SocketFiles.fresh();
        Listening server = sockets.listen(new Address.Unix(path), LINES, RecordingHandler::new);
        Files.delete(path);
        Files.writeString(path, "another's");
        get(server.acceptor().close());
        assertThat(path).hasContent("another's");

        Path kept = SocketFiles.fresh();
        sockets.listen(new Address.Unix(kept), LINES, RecordingHandler::new);
        sockets.close();
        assertThat(Files.exists(kept)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void socketFileWithoutPermissionIsUnreachable(Engine engine) throws IOException {
        Sockets sockets = open(engine);
        Assumptions.assumeFalse("root".equals(System.getProperty("user.name")));
        Path path = SocketFiles.fresh();
        sockets.listen(new Address.Unix(path), LINES, RecordingHandler::new);
        Files.setPosixFilePermissions(path, Set.of());
        assertThat(code(sockets.failToConnect(new Address.Unix(path), LINES))).isEqualTo("EACCES");
    }

    // ---- peers that vanish

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

    // ---- attempts

    @Test
    void attemptTimesOut() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            LinkOptions options = LINES.withTls(Certificates.trusted()).withConnectTimeout(Duration.ofMillis(50));
            HeliographException failure = open(Engine.choose(null))
                    .failToConnect(new Address.Tcp("127.0.0.1", silent.getLocalPort()), options);
            assertThat(code(failure)).isEqualTo("ETIMEDOUT");
            assertThat(silent.accept().getInputStream().readAllBytes()).isNotEmpty(); // and the end
        }
    }
}
