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

/** Fixture of {@link TransportContract}: a transport per test, and the check that all its resources are released. */
abstract class TransportFixture {

    static final Framing PREFIX = Framing.fourByteLength();

    static {
        // The JDK opens an internal socket with the first one of the process, and keeps it.
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

    /** Creates a transport with its own event loops; at least two if the transport supports several. */
    protected abstract Transport transport();

    /** Returns a free address to listen on; for TCP with port 0. */
    protected abstract Address freshAddress();

    /** Returns the options of links with {@code framing}. Default: {@link LinkOptions#of}. */
    protected LinkOptions options(Framing framing) {
        return LinkOptions.of(framing);
    }

    /** Called last in each test, after the transport has closed; checks that the transport has released its resources. */
    protected void assertNothingRemains() {}

    @BeforeEach
    void open() {
        socketsBefore = openSockets();
        transport = transport();
    }

    @AfterEach
    void closeAndCheckResources() {
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

    /** The close reason of a link whose peer ended first. */
    CloseReason endedByPeer() {
        return new CloseReason.Remote(0, "");
    }

    /** Whether a link reports an immediate close by its peer as a failure. */
    boolean breaksWhenClosedAtOnce() {
        return false;
    }

    /** The size on the wire of a frame of {@code length} bytes from the client. */
    int onTheWire(int length) {
        return PREFIX.encodedLength(length);
    }

    /** Connects and waits for the link. */
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

    /** Opens a connection and records both ends. */
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

    /** Registers the thread of an event loop for the check after the test. */
    final void note(EventLoop loop) {
        if (loop.inLoop()) {
            threads.add(Thread.currentThread());
        } else {
            loop.execute(() -> threads.add(Thread.currentThread()));
        }
    }

    /** Waits until the event loop has run the tasks submitted before. */
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
            throw new AssertionError(future + " did not complete in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + RecordingHandler.DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("no " + what + " in time");
            }
            LockSupport.parkNanos(100_000);
        }
    }

    /**
     * Returns a frame of {@code size} bytes that begins with {@code number}, truncated if necessary, and has no two
     * consecutive zeros.
     */
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

    /** Deletes the socket file of a Unix address. */
    static void deleteFile(Address address) throws IOException {
        if (address instanceof Address.Unix unix) {
            Files.deleteIfExists(unix.path());
        }
    }

    /** The number of open sockets of this process; 0 where the system does not report it. */
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

    /** Accepts links with a function. */
    static final class Accepting implements Transport.AcceptHandler {

        /** Selects the handler of an accepted link. */
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
