package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.Delay;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.TransportException;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import io.heliograph.transport.PeerCredentials;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers on real socket files: ownership of the path, admission of users, and cleanup. */
@Timeout(30)
class SocketFileTest {

    private final List<AutoCloseable> open = new ArrayList<>();
    private Path directory;
    private Path file;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Sockets.directory();
        file = directory.resolve("s.sock");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
            if (each instanceof Recorded<?> recorded && recorded.endpoint instanceof io.heliograph.Endpoint endpoint) {
                Await.value(endpoint.closed());
            }
        }
        try (var files = Files.list(directory)) {
            for (Path left : files.toList()) {
                Files.delete(left);
            }
        }
        Files.delete(directory);
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    private Recorded<IpcServer> server() {
        return closing(Recorded.server(IpcServer.builder(file).build()));
    }

    private Recorded<IpcServer> listening() {
        Recorded<IpcServer> server = server();
        server.endpoint.listen().join();
        return server;
    }

    private static TransportException failure(Recorded<IpcServer> server) {
        assertThatThrownBy(() -> server.endpoint.listen().join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(TransportException.class);
        assertThat(server.events).containsExactly("error TransportError");
        return (TransportException) server.errors.getFirst();
    }

    @Test
    @Checklist("IPC 24")
    void serverAnswersOnRealSocket() throws IOException {
        Recorded<IpcServer> server = listening();
        server.endpoint.topic("ask").on((payload, client) -> client.send("answer", payload));
        SocketChannel peer = closing(Sockets.connect(file));
        Sockets.send(peer, "{\"topic\":\"ask\",\"message\":[1]}|");
        assertThat(Sockets.frame(peer)).isEqualTo("{\"topic\":\"answer\",\"message\":[1]}");
        assertThat(server.events).containsExactly("listening", "connection", "message ask [1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "virtual", "executor"})
    void pingPongWorksUnderEveryDispatch(String name) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            Dispatch dispatch = switch (name) {
                case "direct" -> Dispatch.direct();
                case "virtual" -> Dispatch.virtual();
                default -> Dispatch.on(pool);
            };
            IpcServer server = IpcServer.builder(file).dispatch(dispatch).build();
            IpcClient client = IpcClient.builder(file).dispatch(dispatch).build();
            CountDownLatch rounds = new CountDownLatch(2000);
            server.topic("ping", Integer.class).on((n, from) -> from.send("pong", n));
            client.topic("pong", Integer.class).on(n -> {
                rounds.countDown();
                client.send("ping", n + 1);
            });
            server.listen().join();
            client.connect().join();
            client.send("ping", 1);
            assertThat(rounds.await(20, TimeUnit.SECONDS)).isTrue();
            client.close();
            client.closed().join();
            server.close();
            server.closed().join();
        }
    }

    @Test
    @Checklist("IPC 31")
    void closeRemovesSocketFile() {
        Recorded<IpcServer> server = listening();
        assertThat(file).exists();
        server.endpoint.close();
        server.endpoint.closed().join();
        assertThat(server.events).containsExactly("listening", "close");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    @Checklist("IPC 35")
    void staleSocketFileIsReplaced() throws IOException {
        Sockets.stale(file);
        Recorded<IpcServer> server = listening();
        assertThat(server.events).containsExactly("listening");
        closing(Sockets.connect(file));
        server.until("connection", 1);
    }

    @Test
    @Checklist("IPC 36")
    void liveServerKeepsItsSocketFile() throws IOException {
        Recorded<IpcServer> first = listening();
        SocketChannel peer = closing(Sockets.connect(file));
        first.until("connection", 1);
        Recorded<IpcServer> second = server();
        assertThat(failure(second).code()).isEqualTo("EADDRINUSE");
        // The probe connection may be visible for a moment.
        await().untilAsserted(() -> assertThat(first.endpoint.connections()).hasSize(1));
        Sockets.send(peer, "{\"topic\":\"still there\"}|");
        first.until("message", 1);
        assertThat(first.errors).isEmpty();
        second.endpoint.close();
        second.endpoint.closed().join();
        assertThat(file).exists();
        assertThat(second.events).containsExactly("error TransportError", "close");
    }

    @Test
    @Checklist("IPC 36")
    void failedListenIsFinal() throws IOException {
        ServerSocketChannel foreign = closing(Sockets.listen(file));
        Recorded<IpcServer> server = server();
        failure(server);
        foreign.close();
        assertThatThrownBy(() -> server.endpoint.listen().join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(server.endpoint.send("a", 1, "unknown")).isFalse();
        server.until("error BadClientError", 1);
    }

    @Test
    @Checklist("IPC 37")
    void regularFileIsNeverDeleted() throws IOException {
        Files.writeString(file, "precious");
        assertThat(failure(server()).code()).isEqualTo("EADDRINUSE");
        assertThat(file).hasContent("precious");
    }

    @Test
    @Checklist("IPC 37")
    void directoryIsNeverDeleted() throws IOException {
        Files.createDirectory(file);
        failure(server());
        assertThat(file).isDirectory();
    }

    @Test
    @Checklist("IPC 38")
    void exactlyOneOfRacingServersListens() throws IOException {
        for (int round = 0; round < 5; round++) {
            Sockets.stale(file);
            List<Recorded<IpcServer>> servers = IntStream.range(0, 4)
                    .mapToObj(i -> Recorded.server(IpcServer.builder(file).build()))
                    .toList();
            List<CompletableFuture<Void>> started =
                    servers.stream().map(server -> server.endpoint.listen()).toList();
            started.forEach(each -> each.exceptionally(e -> null).join());
            assertThat(servers.stream()
                            .mapToInt(server -> server.of("listening").size())
                            .sum())
                    .isEqualTo(1);
            assertThat(started.stream().filter(CompletableFuture::isCompletedExceptionally))
                    .hasSize(3);
            for (Recorded<IpcServer> server : servers) {
                server.endpoint.close();
                server.endpoint.closed().join();
            }
        }
    }

    @Test
    @Checklist("IPC 39")
    void closeKeepsSocketFileOfSuccessor() throws IOException {
        Recorded<IpcServer> old = listening();
        Files.delete(file);
        Recorded<IpcServer> successor = listening();
        old.endpoint.close();
        old.endpoint.closed().join();
        assertThat(file).exists();
        closing(Sockets.connect(file));
        successor.until("connection", 1);
    }

    @Test
    @Checklist("IPC 40")
    void tooLongPathIsRejectedWithLimit() {
        Path longest = Path.of("/" + "x".repeat(200));
        assertThatThrownBy(() -> IpcServer.builder(longest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("201 bytes")
                .hasMessageContaining("at most 10");
        assertThatThrownBy(() -> IpcClient.builder(longest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("201 bytes");
    }

    @Test
    void missingDirectoryIsReported() {
        Recorded<IpcServer> server = closing(Recorded.server(
                IpcServer.builder(directory.resolve("no/s.sock")).build()));
        assertThat(failure(server)).hasMessageContaining("does not exist");
    }

    @Test
    void socketFileModeIsOwnerOnlyByDefault() throws IOException {
        listening();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        file = directory.resolve("other.sock");
        Recorded<IpcServer> server = closing(Recorded.server(IpcServer.builder(file)
                .fileMode(PosixFilePermissions.fromString("rw-rw-rw-"))
                .build()));
        server.endpoint.listen().join();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-rw-rw-");
    }

    @Test
    void worldWritableDirectoryIsRejectedByDefault() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        failure(server());
        Recorded<IpcServer> unchecked = closing(
                Recorded.server(IpcServer.builder(file).checkDirectory(false).build()));
        unchecked.endpoint.listen().join();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void credentialsComeFromKernel() throws IOException {
        Recorded<IpcServer> server = listening();
        closing(Sockets.connect(file));
        server.until("connection", 1);
        Optional<PeerCredentials> peer = server.clients.getFirst().credentials();
        assertThat(peer.orElseThrow().user()).isEqualTo(Files.getOwner(directory));
    }

    @Test
    void disallowedUserIsRejectedByName() throws IOException {
        Recorded<IpcServer> server = closing(
                Recorded.server(IpcServer.builder(file).allowUsers("nobody").build()));
        server.endpoint.listen().join();
        SocketChannel peer = closing(Sockets.connect(file));
        Sockets.expectEnd(peer);
        server.until("error", 1);
        assertThat(server.events).containsExactly("listening", "error TransportError");
        assertThat(server.errors.getFirst())
                .hasMessageMatching(
                        "rejected a connection of user (%s|%s)( \\(process \\d+\\))? \\(expected: a user of allowUsers\\)"
                                .formatted(
                                        Files.getOwner(directory).getName(),
                                        Files.getAttribute(directory, "unix:uid")));
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.USER_REFUSED, 1L);
    }

    @Test
    void userMayBeAllowedByNameOrId() throws IOException {
        Object uid = Files.getAttribute(directory, "unix:uid");
        Recorded<IpcServer> server = closing(Recorded.server(IpcServer.builder(file)
                .allowUsers("nobody", String.valueOf(uid))
                .build()));
        server.endpoint.listen().join();
        closing(Sockets.connect(file));
        server.until("connection", 1);
    }

    @Test
    void unknownAllowedUserFailsListen() {
        Recorded<IpcServer> server = closing(Recorded.server(
                IpcServer.builder(file).allowUsers("no-such-user").build()));
        assertThat(failure(server)).hasMessage("user 'no-such-user' does not exist");
        assertThat(file).doesNotExist();
    }

    @Test
    @Checklist("IPC 33")
    void killedClientDoesNotAffectOthers() throws IOException {
        Recorded<IpcServer> server = listening();
        SocketChannel killed = closing(Sockets.connect(file));
        SocketChannel other = closing(Sockets.connect(file));
        server.until("connection", 2);
        String text = "x".repeat(100_000);
        String frame = "{\"topic\":\"big\",\"message\":\"" + text + "\"}";
        for (int i = 0; i < 10; i++) {
            server.endpoint.broadcast("big", text);
            if (i == 2) {
                killed.close(); // with unread data
            }
            assertThat(Sockets.frame(other, frame.length())).isEqualTo(frame);
        }
        server.until("disconnect", 1);
        assertThat(server.endpoint.connections()).hasSize(1);
    }

    @Test
    void slowConsumerIsClosedWithoutAffectingOthers() throws IOException {
        Recorded<IpcServer> server = closing(Recorded.server(
                IpcServer.builder(file).maxQueuedBytes(1_000_000).build()));
        server.endpoint.listen().join();
        closing(Sockets.connect(file)); // never reads
        SocketChannel other = closing(Sockets.connect(file));
        server.until("connection", 2);
        String text = "x".repeat(100_000);
        String frame = "{\"topic\":\"big\",\"message\":\"" + text + "\"}";
        for (int i = 0; i < 50; i++) {
            server.endpoint.broadcast("big", text);
            assertThat(server.endpoint.stats().queuedBytes()).isLessThan(1_300_000);
            assertThat(Sockets.frame(other, frame.length())).isEqualTo(frame);
        }
        server.until("disconnect", 1);
        server.until("error", 1);
        // A second message may be rejected before the connection is closed.
        assertThat(server.of("error")).containsOnly("error SendQueueFullError");
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 1L);
        assertThat(server.endpoint.connections()).hasSize(1);
    }

    @Test
    @Checklist({"IPC 51", "IPC 52"})
    void clientAndServerClosePromptly() throws Exception {
        Recorded<IpcServer> server = listening();
        Recorded<IpcClient> client = closing(Recorded.client(IpcClient.builder(file)
                .retryDelay(Delay.fixed(Duration.ofMillis(20)))
                .build()));
        client.endpoint.connect().join();
        // The kernel connects a client before the server accepts it.
        server.until("connection", 1);
        long began = System.nanoTime();
        server.endpoint.close();
        server.endpoint.closed().join();
        client.until("connectError", 1);
        Recorded<IpcServer> next = listening();
        client.until("reconnect", 1);
        client.endpoint.close();
        client.endpoint.closed().join();
        next.until("disconnect", 1);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
        assertThat(server.events).containsExactly("listening", "connection", "disconnect Local", "close");
    }

    @Test
    @Checklist({"IPC 45", "IPC 51"})
    void clientReconnectsAfterForeignServerEnds() throws Exception {
        ServerSocketChannel raw = closing(Sockets.listen(file));
        Recorded<IpcClient> client =
                closing(Recorded.client(IpcClient.builder(file).build()));
        client.endpoint.connect();
        SocketChannel first = closing(raw.accept());
        client.until("connect", 1);
        Sockets.send(first, "{\"topic\":\"a\",\"message\":1}|");
        first.shutdownOutput();
        Sockets.expectEnd(first);
        SocketChannel second = closing(raw.accept());
        client.until("reconnect", 1);
        assertThat(client.events).containsExactly("connect", "message a 1", "disconnect", "connect", "reconnect");
        client.endpoint.send("b", 2);
        assertThat(Sockets.frame(second)).isEqualTo("{\"topic\":\"b\",\"message\":2}");
    }
}
