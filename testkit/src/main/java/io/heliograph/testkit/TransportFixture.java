package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of {@link TransportContract} have in common: a transport for each, and proof that nothing remains of it. */
abstract class TransportFixture {

    static final Framing PREFIX = Framing.fourByteLength();

    static {
        // The JDK opens a socket of its own with the first of ours, and keeps it.
        try {
            SocketChannel.open().close();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final List<RecordingHandler> recorders = new CopyOnWriteArrayList<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private @Nullable Transport transport;
    private long socketsBefore;

    /** A new transport with threads of its own, at least two if it can have several. */
    protected abstract Transport transport();

    /** An address to listen on where nobody listens; for TCP one with port 0. */
    protected abstract Address freshAddress();

    /** How links with {@code framing} are made; {@link LinkOptions#of} unless a transport needs more, such as TLS. */
    protected LinkOptions options(Framing framing) {
        return LinkOptions.of(framing);
    }

    /** Called last in each test, when the transport is closed: here a transport proves that it gave back what it took. */
    protected void assertNothingRemains() {}

    @BeforeEach
    void open() {
        socketsBefore = openSockets();
        transport = transport();
    }

    @AfterEach
    void closeAndProveThatNothingRemains() {
        get(network().close());
        for (RecordingHandler recorder : recorders) {
            recorder.awaitClosed();
            assertThat(recorder.violations()).isEmpty();
        }
        await("the threads to end", () -> threads.stream().noneMatch(Thread::isAlive));
        await("the sockets to be closed", () -> openSockets() <= socketsBefore);
        assertNothingRemains();
    }

    /** The transport under test. */
    final Transport network() {
        return Objects.requireNonNull(transport);
    }

    final RecordingHandler record(RecordingHandler recorder) {
        recorders.add(recorder);
        return recorder;
    }

    final Acceptor listen(Address address, LinkOptions options, Supplier<LinkHandler> handlers) {
        return get(listen(address, null, options, new Accepting(link -> {
            note(link.loop());
            LinkHandler handler = handlers.get();
            return handler instanceof RecordingHandler recorder ? recorder.on(link) : handler;
        })));
    }

    /** Listens as {@link Transport#listen} does, with the kind of link under test. */
    CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, LinkOptions options, Transport.AcceptHandler handler) {
        return network().listen(address, loop, options, handler);
    }

    /** Connects as {@link Transport#connect} does, with the kind of link under test. */
    Transport.Attempt connect(Address address, EventLoop loop, LinkOptions options, Transport.ConnectHandler handler) {
        return network().connect(address, loop, options, handler);
    }

    /** Why a link has ended whose peer has ended first, in order. */
    CloseReason endedByPeer() {
        return new CloseReason.Remote(0, "");
    }

    /** Whether a peer that closes at once is a failure, and not just the end. */
    boolean breaksWhenClosedAtOnce() {
        return false;
    }

    /** How many bytes a frame of {@code length} takes on the wire, from who connects. */
    int onTheWire(int length) {
        return PREFIX.encodedLength(length);
    }

    /** Connects, and returns when that is done. */
    final RecordingHandler connect(Address address, LinkOptions options, RecordingHandler handler) {
        CompletableFuture<RecordingHandler> connected = new CompletableFuture<>();
        connect(address, network().nextLoop(), options, new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                note(link.loop());
                connected.complete(record(handler).on(link));
                return handler;
            }

            @Override
            public void failed(HeliographException cause) {
                connected.completeExceptionally(cause);
            }
        });
        return get(connected);
    }

    /** A connection, both of whose ends are recorded. */
    final Pair pair(LinkOptions options) {
        return pair(options, options, new RecordingHandler(), new RecordingHandler());
    }

    final Pair pair(
            LinkOptions callerOptions, LinkOptions calledOptions, RecordingHandler caller, RecordingHandler called) {
        BlockingQueue<RecordingHandler> accepted = new LinkedBlockingQueue<>();
        Acceptor acceptor = listen(freshAddress(), calledOptions, () -> {
            accepted.add(record(called));
            return called;
        });
        connect(acceptor.address(), callerOptions, caller);
        called.link();
        assertThat(accepted).hasSize(1);
        return new Pair(caller, called, acceptor);
    }

    /** Both ends of a connection. */
    record Pair(RecordingHandler caller, RecordingHandler called, Acceptor acceptor) {}

    /** Sees to it that the end of the test looks after this loop's thread. */
    final void note(EventLoop loop) {
        if (loop.inLoop()) {
            threads.add(Thread.currentThread());
        } else {
            loop.execute(() -> threads.add(Thread.currentThread()));
        }
    }

    /** Returns when the loop has done what it was given before. */
    static void settle(EventLoop loop) {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        loop.execute(() -> reached.complete(null));
        get(reached);
    }

    static <T extends @Nullable Object> T get(CompletableFuture<T> future) {
        try {
            return future.get(RecordingHandler.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("waited in vain for " + future, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + RecordingHandler.DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited in vain for " + what);
            }
            LockSupport.parkNanos(100_000);
        }
    }

    /** A frame of {@code size} bytes that begins with {@code number} as far as it has room; no two bytes of it are zeros. */
    static Frame numbered(int number, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i < 8 ? '0' + (number >>> (4 * (7 - i)) & 15) : 'a' + i % 26);
        }
        return Frame.of(bytes);
    }

    static int numberOf(Frame frame) {
        int number = 0;
        for (int i = 0; i < 8; i++) {
            number = number << 4 | (frame.at(i) - '0');
        }
        return number;
    }

    static List<Integer> numbersOf(List<Frame> frames) {
        return frames.stream().map(TransportFixture::numberOf).toList();
    }

    static byte[] concat(List<Frame> frames) {
        ByteBuffer all =
                ByteBuffer.allocate(frames.stream().mapToInt(Frame::length).sum());
        frames.forEach(frame -> all.put(frame.array(), frame.offset(), frame.length()));
        return all.array();
    }

    /** Makes a Unix address free again, as its owner would. */
    static void deleteFile(Address address) throws IOException {
        if (address instanceof Address.Unix unix) {
            Files.deleteIfExists(unix.path());
        }
    }

    /** How many sockets this process has open, where the system shows it, else 0. */
    private static long openSockets() {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (Stream<Path> entries = Files.list(descriptors)) {
            return entries.filter(TransportFixture::isSocket).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** Accepts with a function; a failure to accept fails nothing here. */
    static final class Accepting implements Transport.AcceptHandler {

        /** What is to handle a link that was accepted. */
        @FunctionalInterface
        interface Choice {
            @Nullable
            LinkHandler of(Link link);
        }

        private final Choice choice;

        Accepting(Choice choice) {
            this.choice = choice;
        }

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            return choice.of(link);
        }

        @Override
        public void failed(HeliographException cause) {
            throw cause;
        }
    }
}
