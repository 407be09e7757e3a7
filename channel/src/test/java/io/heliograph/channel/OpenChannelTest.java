package io.heliograph.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.ClosedException;
import io.heliograph.Dispatch;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The channel of bytes. Numbers are those of the checklist in its specification. */
class OpenChannelTest {

    private static final long PID = ProcessHandle.current().pid();

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private Opened open() {
        return open(builder -> builder);
    }

    private Opened open(UnaryOperator<OpenChannel.Builder> options) {
        return scratch.closing(new Opened(scratch.folder(), "c", options));
    }

    private Path entry() {
        return scratch.folder().resolve(".c").resolve(Long.toString(PID));
    }

    private static ConditionFactory soon() {
        return await().atMost(Opened.DEADLINE);
    }

    // CHANNEL 1, 2
    @Test
    void openingDoesNoIo() {
        OpenChannel unnamed = OpenChannel.open(connection -> {});
        OpenChannel named = OpenChannel.open("builds", connection -> {});
        assertThat(unnamed.name()).isEqualTo("open-channel");
        assertThat(named.name()).isEqualTo("builds");
        assertThat(named.state()).isEqualTo(OpenChannel.State.INITIATED);
        assertThat(named.connected()).isFalse();
        Opened here = open();
        assertThat(here.channel.state()).isEqualTo(OpenChannel.State.INITIATED);
        assertThat(scratch.folder()).isEmptyDirectory();
    }

    // CHANNEL 3, 5, 7
    @ParameterizedTest
    @EnumSource
    void whoIsAloneHosts(Rendezvous rendezvous) {
        Opened alone = open(builder -> builder.rendezvous(rendezvous));
        alone.connect();
        assertThat(alone.channel.state()).isNotEqualTo(OpenChannel.State.INITIATED);
        soon().until(() -> alone.accepted.size() == 1);
        assertThat(alone.channel.connected()).isTrue();
        assertThat(alone.channel.hosting()).isTrue();
        assertThat(entry()).exists();
    }

    // CHANNEL 3
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void whoIsConnectedToItselfKnowsThatItHosts(Rendezvous rendezvous) {
        Opened alone = open(builder -> builder.rendezvous(rendezvous).dispatch(Dispatch.direct()));
        CompletableFuture<Boolean> hosting = new CompletableFuture<>();
        alone.channel.connect(
                Opened.DEADLINE, socket -> socket.onConnect(() -> hosting.complete(alone.channel.hosting())));
        assertThat(hosting.orTimeout(20, TimeUnit.SECONDS).join()).isTrue();
    }

    // CHANNEL 4
    @Test
    void withoutTimeoutItTriesForFiveSeconds() {
        Opened nobody = open(builder -> builder.mayHost(false));
        long start = System.nanoTime();
        CountDownLatch failed = new CountDownLatch(1);
        nobody.channel.connect().onError(error -> failed.countDown());
        soon().until(() -> failed.getCount() == 0);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(4900));
    }

    // CHANNEL 6
    @Test
    void theDirectoryForTemporaryFilesIsThatOfNode() {
        assertThat(temporary(Map.of("TMPDIR", "/a/", "TMP", "/b", "TEMP", "/c")))
                .isEqualTo("/a");
        assertThat(temporary(Map.of("TMPDIR", "", "TMP", "/b", "TEMP", "/c"))).isEqualTo("/b");
        assertThat(temporary(Map.of("TEMP", "/c"))).isEqualTo("/c");
        assertThat(temporary(Map.of())).isEqualTo("/tmp");
        assertThat(ChannelDirectory.temporary(Map.of("TEMP", "c"), true)).hasToString("c");
        assertThat(ChannelDirectory.temporary(Map.of("SystemRoot", "w"), true)).isEqualTo(Path.of("w", "temp"));
    }

    private static String temporary(Map<String, String> environment) {
        return ChannelDirectory.temporary(environment, false).toString();
    }

    // CHANNEL 8, 32
    @ParameterizedTest
    @EnumSource
    void theSecondJoinsTheFirst(Rendezvous rendezvous) {
        Opened first = open(builder -> builder.rendezvous(rendezvous)).connected();
        Opened second = open(builder -> builder.rendezvous(rendezvous)).connected();
        soon().until(() -> first.accepted.size() == 2);
        assertThat(second.channel.hosting()).isFalse();
        assertThat(second.accepted).isEmpty();
    }

    @Test
    void membersFindAHostOfTheOtherKind() {
        Opened unix = open(builder -> builder.rendezvous(Rendezvous.UNIX)).connected();
        open(builder -> builder.rendezvous(Rendezvous.LOOPBACK)).connected();
        soon().until(() -> unix.accepted.size() == 2);
    }

    // CHANNEL 9
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void bytesPassUnchangedBothWays(Rendezvous rendezvous) throws Exception {
        byte[] sent = new byte[10_000_000];
        new Random(1).nextBytes(sent);
        MessageDigest back = MessageDigest.getInstance("SHA-256");
        AtomicLong count = new AtomicLong();
        OpenChannel host = scratch.closing(OpenChannel.builder("e")
                .directory(scratch.folder())
                .rendezvous(rendezvous)
                .build(connection -> connection.onData(connection::write)));
        OpenChannel member = scratch.closing(
                OpenChannel.builder("e").directory(scratch.folder()).build(c -> {}));
        host.connect();
        soon().until(host::connected);
        ChannelSocket socket = member.connect();
        socket.onData(bytes -> {
            count.addAndGet(bytes.remaining());
            back.update(bytes);
        });
        Random cuts = new Random(2);
        for (int at = 0; at < sent.length; ) {
            int length = Math.min(sent.length - at, 1 + cuts.nextInt(200_000));
            socket.write(ByteBuffer.wrap(sent, at, length)).get(20, TimeUnit.SECONDS);
            at += length;
        }
        soon().until(() -> count.get() == sent.length);
        assertThat(back.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(sent));
    }

    // CHANNEL 10, 11
    @Test
    void writesFromBeforeTheConnectionComeFirstAndInOrder() {
        Opened host = open();
        ChannelSocket socket = host.connect();
        StringBuilder expected = new StringBuilder();
        List<CompletableFuture<Void>> written = new ArrayList<>();
        for (int i = 0; i < 500 || !host.channel.connected(); i++) {
            written.add(socket.write(i + ";"));
            expected.append(i).append(';');
            written.removeIf(CompletableFuture::isDone);
            if (written.size() > 900) {
                written.getFirst().join();
            }
        }
        socket.write("end").join();
        expected.append("end");
        soon().until(() -> host.hostRead().endsWith("end"));
        assertThat(host.hostRead()).isEqualTo(expected.toString());
    }

    // CHANNEL 12, 13
    @Test
    void writesWaitForAHostThatComesLate() throws IOException {
        Opened member = open(builder -> builder.mayHost(false).hostPid(PID));
        ChannelSocket socket = member.connect();
        socket.write("early;");
        socket.write("bird");
        assertThat(member.channel.state()).isEqualTo(OpenChannel.State.CONNECTING);
        Opened host = open().connected();
        soon().until(() -> host.hostRead().equals("early;bird"));
        assertThat(member.errors).isEmpty();
    }

    // CHANNEL 13, 14
    @Test
    void givingUpIsOneErrorAndLeavesNothing() {
        Opened nobody = open(builder -> builder.mayHost(false));
        long start = System.nanoTime();
        ChannelSocket socket = nobody.connect(Duration.ofMillis(400));
        CompletableFuture<Void> lost = socket.write("x");
        soon().until(() -> nobody.closes.get() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(390));
        assertThat(nobody.errors).hasSize(1);
        assertThat(nobody.errors.getFirst())
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining(scratch.folder().toString());
        assertThat(nobody.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
        assertThatThrownBy(lost::join).hasCauseInstanceOf(ClosedException.class);
        soon().until(() -> ioThreads() == 0);
    }

    private static long ioThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("heliograph-io"))
                .count();
    }

    // CHANNEL 15, 17, 19, 20, 37
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void whenTheHostEndsExactlyOneTakesOver(Rendezvous rendezvous) {
        UnaryOperator<OpenChannel.Builder> kind = builder -> builder.rendezvous(rendezvous);
        Opened host = open(kind).connected();
        List<Opened> others = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            others.add(open(kind).connected());
        }
        soon().until(() -> host.accepted.size() == 10);
        host.close();
        for (Opened other : others) {
            soon().pollInterval(Duration.ofMillis(1))
                    .until(() -> !other.channel.connected() || other.connects.get() == 2);
            other.socket().write("hello;");
        }
        soon().until(() -> others.stream().allMatch(o -> o.channel.connected() && o.connects.get() == 2));
        List<Opened> hosts =
                others.stream().filter(other -> other.channel.hosting()).toList();
        assertThat(hosts).hasSize(1);
        soon().until(() -> hosts.getFirst().accepted.size() == 9);
        soon().until(() -> hosts.getFirst().hostRead().equals("hello;".repeat(9)));
        assertThat(entry()).exists();
        others.forEach(Opened::close);
        assertThat(entry()).doesNotExist();
    }

    // CHANNEL 15, 20
    @Test
    void duringAnOutageItIsConnectingAndKeepsWhatIsWritten() throws Exception {
        Path directory = Files.createDirectory(scratch.folder().resolve(".c"));
        Opened member = open(builder -> builder.mayHost(false).hostPid(PID));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(directory.resolve("" + PID)));
            member.connect();
            try (SocketChannel accepted = server.accept()) {
                soon().until(member.channel::connected);
                server.close(); // first, or the member could connect to it once more
            }
        }
        soon().until(() -> member.ends.get() == 1);
        soon().until(() -> member.channel.state() == OpenChannel.State.CONNECTING);
        assertThat(member.channel.connected()).isFalse();
        CompletableFuture<Void> written = member.socket().write("kept");
        Opened host = open().connected();
        soon().until(() -> host.hostRead().equals("kept"));
        written.get(10, TimeUnit.SECONDS);
    }

    // CHANNEL 16, 17
    @Test
    void writesThatTheSystemDidNotTakeGoWholeToTheNextHost() throws Exception {
        Path directory = Files.createDirectory(scratch.folder().resolve(".c"));
        Opened member = open(builder -> builder.mayHost(false).hostPid(PID));
        byte[] large = new byte[4_000_000];
        CompletableFuture<Void> first;
        CompletableFuture<Void> second;
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(directory.resolve("" + PID)));
            ChannelSocket socket = member.connect();
            try (SocketChannel accepted = server.accept()) {
                first = socket.write(ByteBuffer.wrap(large));
                second = socket.write("second");
                // Some of it is read, and then the connection is reset.
                ByteBuffer some = ByteBuffer.allocate(1000);
                accepted.read(some);
                assertThat(first).isNotDone();
                server.close();
            }
        }
        Opened host = open().connected();
        soon().until(() -> host.hostRead().length() == large.length + "second".length());
        assertThat(host.hostRead()).endsWith("\0second");
        first.get(10, TimeUnit.SECONDS);
        second.get(10, TimeUnit.SECONDS);
    }

    // CHANNEL 18
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void ofTenThatStartAtOnceExactlyOneHosts(Rendezvous rendezvous) {
        List<Opened> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(open(builder -> builder.rendezvous(rendezvous)));
        }
        all.parallelStream().forEach(Opened::connect);
        soon().until(() -> all.stream().allMatch(one -> one.channel.connected()));
        assertThat(all.stream().filter(one -> one.channel.hosting())).hasSize(1);
        soon().until(() -> all.stream().mapToInt(one -> one.accepted.size()).sum() == 10);
    }

    // CHANNEL 21, 23, 24
    @Test
    void destroyEndsTheSocketAndNotTheHost() {
        Opened host = open().connected();
        Opened member = open().connected();
        ChannelSocket before = host.socket();
        before.destroy();
        assertThat(host.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
        assertThat(host.channel.connected()).isFalse();
        soon().until(() -> host.closes.get() == 1);
        assertThatThrownBy(before.write("late")::join).hasCauseInstanceOf(ClosedException.class);
        assertThat(host.channel.hosting()).isTrue();
        member.socket().write("still here");
        soon().until(() -> host.hostRead().equals("still here"));
        assertThat(member.connects).hasValue(1);
        host.connected();
        assertThat(host.socket()).isNotSameAs(before);
    }

    // CHANNEL 22
    @Test
    void destroyedAtOnceItIsClosedForGood() {
        for (int i = 0; i < 20; i++) {
            Opened one = open();
            ChannelSocket socket = one.connect();
            CompletableFuture<Void> written = socket.write("x");
            socket.destroy();
            assertThat(one.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
            soon().until(() -> one.closes.get() == 1);
            assertThat(written).isDone(); // well, if it connected between the two calls
            assertThat(one.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
        }
        soon().until(() -> ioThreads() == 0);
    }

    // CHANNEL 22
    @Test
    void destroyedBeforeItTriesItNeverConnects() {
        Opened one = open();
        AtomicInteger connects = new AtomicInteger();
        CompletableFuture<CompletableFuture<Void>> written = new CompletableFuture<>();
        one.channel.connect(Opened.DEADLINE, fresh -> {
            fresh.onConnect(connects::incrementAndGet);
            written.complete(fresh.write("x"));
            fresh.destroy();
        });
        assertThatThrownBy(written.join()::join).hasCauseInstanceOf(ClosedException.class);
        one.close();
        assertThat(connects).hasValue(0);
        assertThat(scratch.folder()).isEmptyDirectory();
    }

    // CHANNEL 25
    @Test
    void connectingTwiceGivesTheSameSocket() {
        Opened one = open().connected();
        assertThat(one.channel.connect()).isSameAs(one.socket());
        soon().until(() -> one.accepted.size() == 1);
        assertThat(one.channel.stats().connections()).isEqualTo(1);
    }

    // CHANNEL 26
    @Test
    void aMemberThatTheListenerDisconnectsConnectsAnew() {
        Opened host = open().connected();
        Opened other = open().connected();
        Opened member = open().connected();
        soon().until(() -> host.accepted.size() == 3);
        host.accepted.getLast().end();
        soon().until(() -> host.accepted.size() == 4);
        soon().until(() -> member.connects.get() + other.connects.get() + host.connects.get() == 4);
        assertThat(member.ends.get() + other.ends.get() + host.ends.get()).isEqualTo(1);
    }

    // CHANNEL 27
    @Test
    void aStaleEntryIsReplacedAndALiveOneIsNot() throws IOException {
        Path directory = Files.createDirectory(scratch.folder().resolve(".c"));
        Path stale = directory.resolve("" + PID);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(stale));
        }
        Path dead = directory.resolve("999999999");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(dead));
        }
        Opened first = open().connected();
        assertThat(first.channel.hosting()).isTrue();
        assertThat(dead).doesNotExist();
        Object key = ChannelDirectory.key(stale);
        open().connected();
        assertThat(ChannelDirectory.key(stale)).isEqualTo(key);
    }

    // CHANNEL 28
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsNoSocketAtTheOwnEntryIsAnError(boolean directory) throws IOException {
        Files.createDirectory(scratch.folder().resolve(".c"));
        if (directory) {
            Files.createDirectory(entry());
        } else {
            Files.writeString(entry(), "precious");
        }
        Opened one = open(builder -> builder.rendezvous(Rendezvous.UNIX));
        one.connect();
        soon().until(() -> one.closes.get() == 1);
        assertThat(one.errors).singleElement().isInstanceOf(TransportException.class);
        assertThat(entry()).exists();
    }

    // CHANNEL 29
    @Test
    void aMissingPermissionIsAnError() throws IOException {
        assumeTrue(!"root".equals(System.getProperty("user.name")), "root may do all");
        Path directory = Files.createDirectory(scratch.folder().resolve(".c"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        Opened one = open();
        one.connect();
        soon().until(() -> one.closes.get() == 1);
        assertThat(one.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        TransportException.class,
                        error -> assertThat(error.code()).isEqualTo("EACCES"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    // CHANNEL 30
    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../a", "a\0b", "a b", "ä"})
    void wrongNamesAreRefused(String name) {
        assertThatThrownBy(() -> OpenChannel.builder(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: 1 to 64 of the characters");
    }

    // CHANNEL 30
    @Test
    void namesAndPathsThatAreTooLongAreRefused() {
        assertThatThrownBy(() -> OpenChannel.builder("n".repeat(65))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OpenChannel.builder("n")
                        .directory(Path.of("/", "d".repeat(100)))
                        .build(c -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes");
    }

    // CHANNEL 31
    @Test
    void channelsOfDifferentNamesAreIndependent() {
        Opened one = open().connected();
        Opened other = scratch.closing(new Opened(scratch.folder(), "d", builder -> builder))
                .connected();
        assertThat(one.channel.hosting()).isTrue();
        assertThat(other.channel.hosting()).isTrue();
        one.socket().write("1");
        other.socket().write("2");
        soon().until(() -> one.hostRead().equals("1") && other.hostRead().equals("2"));
    }

    // CHANNEL 33
    @Test
    void outagesLeaveNothingBehind() {
        Opened member = open().connected();
        for (int i = 0; i < 100; i++) {
            int expected = i + 2;
            member.accepted.getLast().destroy();
            soon().pollInterval(Duration.ofMillis(2))
                    .until(() -> member.connects.get() == expected && member.accepted.size() == expected);
        }
        assertThat(member.channel.stats().connections()).isEqualTo(1);
        assertThat(entry()).exists();
        assertThat(scratch.folder().resolve(".c")).isDirectoryNotContaining(file -> !file.equals(entry()));
    }

    // CHANNEL 36
    @Test
    void aDirectoryThatIsALinkOrOpenToOthersIsRefused() throws IOException {
        Path elsewhere = Files.createDirectory(scratch.folder().resolve("elsewhere"));
        Path link = Files.createSymbolicLink(scratch.folder().resolve(".c"), elsewhere);
        assertRefused("ENOTDIR");
        Files.delete(link);
        Path directory = Files.createDirectory(link);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused("EPERM");
    }

    @Test
    void aFileInPlaceOfTheParentDirectoryIsAnError() throws IOException {
        Path file = Files.writeString(scratch.folder().resolve("file"), "");
        Opened one = open(builder -> builder.directory(file));
        one.connect();
        soon().until(() -> one.closes.get() == 1);
        assertThat(one.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        TransportException.class,
                        error -> assertThat(error.code()).isEqualTo("ENOTDIR"));
    }

    // CHANNEL 36
    @Test
    void aDirectoryOfAnotherUserIsRefused() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files away");
        Path directory = Files.createDirectory(scratch.folder().resolve(".c"));
        Files.setAttribute(directory, "unix:uid", 4711);
        assertRefused("EPERM");
    }

    private void assertRefused(String code) {
        Opened one = open();
        one.connect();
        soon().until(() -> one.closes.get() == 1);
        assertThat(one.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        TransportException.class,
                        error -> assertThat(error.code()).isEqualTo(code));
    }

    @Test
    void theDirectoryIsPrivate() throws IOException {
        open().connected();
        assertThat(Files.getPosixFilePermissions(scratch.folder().resolve(".c")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(entry())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void whenTheDirectoryIsDeletedTheChannelMakesItAgain() throws IOException {
        Opened host = open().connected();
        Opened member = open().connected();
        scratch.remove(scratch.folder().resolve(".c"));
        soon().until(() -> host.connects.get() == 2 && member.connects.get() == 2);
        assertThat(entry()).exists();
        assertThat(host.channel.hosting()).isNotEqualTo(member.channel.hosting());
    }

    @Test
    void whoDoesNotShowTheTokenIsRefused() throws IOException {
        Opened host = open(builder -> builder.rendezvous(Rendezvous.LOOPBACK)).connected();
        int port = Integer.parseInt(Files.readAllLines(entry()).getFirst());
        try (SocketChannel stranger =
                SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            stranger.write(ByteBuffer.wrap(new byte[40]));
            assertThat(stranger.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        } catch (SocketException reset) {
            // As good: it was closed with our bytes unread.
        }
        soon().until(() -> host.channel.stats().drops().containsKey(DropReason.TOKEN_REFUSED));
        soon().until(() -> !host.accepted.isEmpty());
        assertThat(host.accepted).hasSize(1);
    }

    @Test
    void whatWaitsIsBounded() {
        Opened member = open(builder -> builder.mayHost(false).maxQueuedUnits(3));
        ChannelSocket socket = member.connect();
        socket.write("1");
        socket.write("2");
        socket.write("3");
        assertThatThrownBy(socket.write("4")::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(QueueFullException.class);
        assertThat(member.channel.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 1L);
    }

    @Test
    void endWritesWhatWaitsAndCloses() {
        Opened host = open().connected();
        Opened member = open();
        ChannelSocket socket = member.connect();
        socket.write("last words");
        socket.end();
        soon().until(() -> member.closes.get() == 1);
        soon().until(() -> host.hostRead().equals("last words"));
        assertThat(member.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
    }

    @Test
    void closingIsFinal() {
        Opened one = open().connected();
        one.close();
        assertThat(one.channel.closed()).isCompleted();
        assertThatThrownBy(one.channel::connect).isInstanceOf(ClosedException.class);
        AtomicReference<Throwable> none = new AtomicReference<>();
        one.channel.closed().whenComplete((done, failure) -> none.set(failure));
        assertThat(none.get()).isNull();
    }
}
