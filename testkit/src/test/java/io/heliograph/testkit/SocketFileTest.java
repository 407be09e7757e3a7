package io.heliograph.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.unix.SocketFile;
import io.heliograph.unix.Users;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SocketFileTest {

    private final PlainListening transport = new PlainListening();
    private Path directory;
    private Path socket;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("hg");
        socket = directory.resolve("s");
    }

    @AfterEach
    void clearDirectory() throws IOException {
        transport.closeAll();
        try (Stream<Path> files = Files.walk(directory).sorted(Comparator.reverseOrder())) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Test
    @Checklist("IPC 31")
    void newFileIsPrivateAndRemovedWithTheServer() throws Exception {
        Acceptor acceptor = listen();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(filesIn(directory)).containsExactly("s");

        acceptor.close().get(5, SECONDS);
        assertThat(filesIn(directory)).isEmpty();
    }

    @Test
    void fileModeIsConfigurable() throws Exception {
        var options = new SocketFile.Options(PosixFilePermissions.fromString("rw-rw-rw-"), true);
        listen(socket, options).get(5, SECONDS);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-rw-rw-");
        assertThat(options.isOwnerOnly()).isFalse();
        assertThat(SocketFile.Options.ownerOnly().isOwnerOnly()).isTrue();
    }

    @Test
    void fileModeIsSetBeforeListening() throws Exception {
        List<String> seen = new ArrayList<>();
        transport.beforeListening = () -> seen.add(PosixFilePermissions.toString(permissions()));
        listen();
        assertThat(seen).containsExactly("rw-------");
    }

    @Test
    @Checklist("IPC 35")
    void staleFileIsReplaced() throws Exception {
        leaveStaleSocket();
        listen();
        assertThat(canConnect()).isTrue();
    }

    @Test
    @Checklist("IPC 36")
    void liveServerIsNotReplaced() throws Exception {
        Acceptor first = listen();
        assertInUse("another server listens on " + socket);
        assertThat(canConnect()).isTrue();
        first.close().get(5, SECONDS);
        assertThat(listen()).isNotNull();
    }

    @Test
    void liveServerWithFullQueueIsNotReplaced() throws Exception {
        ServerSocketChannel busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        busy.bind(UnixDomainSocketAddress.of(socket), 1);
        List<SocketChannel> waiting = new ArrayList<>();
        try (busy) {
            boolean full = false;
            while (!full) {
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
                waiting.add(client);
                client.configureBlocking(false);
                full = catchThrowable(() -> client.connect(UnixDomainSocketAddress.of(socket))) != null;
            }
            assertInUse("another server listens on " + socket);
        } finally {
            for (SocketChannel client : waiting) {
                client.close();
            }
        }
    }

    @Test
    @Checklist("IPC 37")
    void otherFilesAreNotReplaced() throws Exception {
        Files.writeString(socket, "precious");
        assertInUse(socket + " exists and is not a socket");
        assertThat(socket).hasContent("precious");

        Files.delete(socket);
        Files.createDirectory(socket);
        assertInUse(socket + " exists and is not a socket");
        assertThat(socket).isDirectory();

        Files.delete(socket);
        Path target = Files.writeString(directory.resolve("target"), "precious");
        Files.createSymbolicLink(socket, target);
        assertInUse(socket + " exists and is not a socket");
        assertThat(Files.isSymbolicLink(socket)).isTrue();
        assertThat(target).hasContent("precious");
    }

    @Test
    @Checklist("IPC 38")
    void onlyOneOfManyServersReplacesStaleFile() throws Exception {
        for (int round = 0; round < 20; round++) {
            leaveStaleSocket();
            CountDownLatch start = new CountDownLatch(1);
            List<CompletableFuture<Acceptor>> racers = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> {
                                await(start);
                                return listen(socket, SocketFile.Options.ownerOnly())
                                        .join();
                            },
                            task -> Thread.ofPlatform().start(task)))
                    .toList();
            start.countDown();
            List<Acceptor> winners = new ArrayList<>();
            for (CompletableFuture<Acceptor> racer : racers) {
                try {
                    winners.add(racer.get(10, SECONDS));
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).hasMessageContaining("another server listens");
                }
            }
            assertThat(winners).hasSize(1);
            assertThat(canConnect()).isTrue();
            winners.getFirst().close().get(5, SECONDS);
        }
        assertThat(filesIn(directory)).isEmpty();
    }

    @Test
    @Checklist("IPC 39")
    void fileOfSuccessorIsKept() throws Exception {
        Acceptor old = listen();
        Files.delete(socket);
        listen();
        old.close().get(5, SECONDS);
        assertThat(canConnect()).isTrue();
    }

    @Test
    void liveServerIsReplacedByOneThatTakesOver() throws Exception {
        Acceptor old = listen();
        Object file = Files.readAttributes(socket, BasicFileAttributes.class).fileKey();
        Acceptor successor = listen(socket, SocketFile.Options.ownerOnly().withTakeOver(true))
                .get(5, SECONDS);
        assertThat(Files.readAttributes(socket, BasicFileAttributes.class).fileKey())
                .isNotEqualTo(file);
        assertThat(successor.address()).isEqualTo(new Address.Unix(socket));
        old.close().get(5, SECONDS);
        assertThat(canConnect()).isTrue();
        assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        successor.close().get(5, SECONDS);
        assertThat(filesIn(directory)).isEmpty();
    }

    @Test
    void fileThatIsNoSocketIsNotTakenOver() throws Exception {
        Files.writeString(socket, "precious");
        assertThat(failure(socket, SocketFile.Options.ownerOnly().withTakeOver(true))
                        .code())
                .isEqualTo("EADDRINUSE");
        assertThat(socket).hasContent("precious");
    }

    @Test
    @Checklist("IPC 40")
    void socketPathTooLongIsRejected() {
        int max = SocketFile.maxPathBytes();
        Path fits = Path.of("/" + "a".repeat(max - 1));
        Path over = Path.of("/" + "a".repeat(max - 2) + "é");
        assertThat(SocketFile.checkLength(fits)).isEqualTo(fits);
        assertThatThrownBy(() -> SocketFile.checkLength(over))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has " + (max + 1) + " bytes (expected: at most " + max);
        assertThatThrownBy(() -> listen(over, SocketFile.Options.ownerOnly()).get(5, SECONDS))
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void worldWritableDirectoryNeedsStickyBit() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(failure(socket, SocketFile.Options.ownerOnly()))
                .hasMessageContaining("is writable by all users")
                .hasMessageContaining(directory.toString());
        assertThat(filesIn(directory)).isEmpty();

        var unchecked = new SocketFile.Options(PosixFilePermissions.fromString("rw-------"), false);
        listen(socket, unchecked).get(5, SECONDS).close().get(5, SECONDS);

        Files.setAttribute(directory, "unix:mode", 01777);
        listen(socket, SocketFile.Options.ownerOnly()).get(5, SECONDS);
    }

    @Test
    void refusedStartChangesNoFile() throws Exception {
        Path lock = Files.writeString(directory.resolve("s.lock"), "precious");
        Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(socket, "precious");
        assertInUse(socket + " exists and is not a socket");
        Files.delete(socket);
        leaveStaleSocket();
        assertThat(failure(socket, SocketFile.Options.ownerOnly()).code()).isEqualTo("EEXIST");
        assertThat(lock).hasContent("precious");
        assertThat(Files.exists(socket)).isTrue();
    }

    @Test
    void groupWritableDirectoryNeedsPrivateGroupOrSharedSocket() throws Exception {
        assumeTrue(isRoot(), "only root can change groups");
        Files.setAttribute(directory, "unix:gid", 65534);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));
        assertThat(failure(socket, SocketFile.Options.ownerOnly())).hasMessageContaining("is writable by its group ");

        var shared = new SocketFile.Options(PosixFilePermissions.fromString("rw-rw----"), true);
        listen(socket, shared).get(5, SECONDS).close().get(5, SECONDS);
        Files.setAttribute(directory, "unix:gid", 0);
        listen(socket, SocketFile.Options.ownerOnly()).get(5, SECONDS);
    }

    @Test
    void directoryOfAnotherUserIsRefused() throws Exception {
        assumeTrue(isRoot(), "only root can give directories away");
        Files.setAttribute(directory, "unix:uid", 65534);
        TransportException failure = failure(socket, SocketFile.Options.ownerOnly());
        assertThat(failure.code()).isEqualTo("EPERM");
        assertThat(failure).hasMessageContaining("the directory " + directory + " belongs to user ");
        assertThat(filesIn(directory)).isEmpty();

        var unchecked = new SocketFile.Options(PosixFilePermissions.fromString("rw-------"), false);
        listen(socket, unchecked).get(5, SECONDS);
    }

    private static boolean isRoot() {
        return Users.self().equals(Users.named("root"));
    }

    @Test
    void missingDirectoryIsReported() {
        TransportException failure = failure(directory.resolve("no/s"), SocketFile.Options.ownerOnly());
        assertThat(failure.code()).isEqualTo("ENOENT");
        assertThat(failure).hasMessageContaining(directory.resolve("no") + " does not exist");
    }

    @Test
    void failureOfTheTransportIsPassedOn() {
        transport.answer = new TransportException("EMFILE", "too many open files", null);
        assertThat(failure(socket, SocketFile.Options.ownerOnly()).code()).isEqualTo("EMFILE");
    }

    private Acceptor listen() throws Exception {
        return listen(socket, SocketFile.Options.ownerOnly()).get(5, SECONDS);
    }

    private CompletableFuture<Acceptor> listen(Path path, SocketFile.Options options) {
        return SocketFile.listen(transport, path, options, null, LinkOptions.of(Framing.none()), new NobodyExpected());
    }

    private void assertInUse(String message) {
        TransportException failure = failure(socket, SocketFile.Options.ownerOnly());
        assertThat(failure.code()).isEqualTo("EADDRINUSE");
        assertThat(failure).hasMessageContaining(message);
    }

    private TransportException failure(Path path, SocketFile.Options options) {
        return listen(path, options)
                .handle((acceptor, failure) -> (TransportException) failure)
                .orTimeout(5, SECONDS)
                .join();
    }

    private boolean canConnect() throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return client.isConnected();
        }
    }

    private Set<PosixFilePermission> permissions() {
        try {
            return Files.getPosixFilePermissions(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void leaveStaleSocket() throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertThat(Files.exists(socket)).isTrue();
    }

    private static List<String> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    /** Listens with the JDK's own sockets, and accepts nobody. */
    private static final class PlainListening implements Transport {

        private final List<ServerSocketChannel> open = new CopyOnWriteArrayList<>();
        private volatile @Nullable TransportException answer;
        private Runnable beforeListening = () -> {};

        @Override
        public CompletableFuture<Acceptor> listen(
                Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler) {
            if (answer != null) {
                return CompletableFuture.failedFuture(answer);
            }
            try {
                ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                open.add(channel);
                channel.bind(UnixDomainSocketAddress.of(((Address.Unix) address).path()));
                handler.bound();
                beforeListening.run();
                return CompletableFuture.completedFuture(new Acceptor() {
                    @Override
                    public Address address() {
                        return address;
                    }

                    @Override
                    public int openConnections() {
                        return 0;
                    }

                    @Override
                    public long acceptedConnections() {
                        return 0;
                    }

                    @Override
                    public CompletableFuture<Void> end(Duration timeout) {
                        return close();
                    }

                    @Override
                    public CompletableFuture<Void> close() {
                        closeNow(channel);
                        return CompletableFuture.completedFuture(null);
                    }
                });
            } catch (IOException e) {
                return CompletableFuture.failedFuture(new TransportException("EADDRINUSE", e.toString(), e));
            }
        }

        void closeAll() {
            open.forEach(PlainListening::closeNow);
        }

        private static void closeNow(ServerSocketChannel channel) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean supports(Address address) {
            return address instanceof Address.Unix;
        }

        @Override
        public EventLoop nextLoop() {
            throw new AssertionError("not asked for");
        }

        @Override
        public Attempt connect(Address address, EventLoop loop, LinkOptions options, ConnectHandler handler) {
            throw new AssertionError("not asked for");
        }

        @Override
        public CompletableFuture<Void> close() {
            throw new AssertionError("not asked for");
        }
    }

    private static final class NobodyExpected implements Transport.AcceptHandler {
        @Override
        public @Nullable LinkHandler accepted(Link link) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void failed(HeliographException cause) {
            throw cause;
        }
    }
}
