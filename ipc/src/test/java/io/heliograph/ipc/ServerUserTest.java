package io.heliograph.ipc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.testkit.AnotherUser;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import io.heliograph.testkit.SilentUnixServer;
import io.heliograph.transport.Transports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients send nothing to servers of users that they do not trust. On real socket files. */
@Timeout(60)
class ServerUserTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private Path file = Path.of("s");

    @BeforeEach
    void name() {
        file = scratch.folder().resolve("s.sock");
    }

    private IpcServer listening() {
        return listening(IpcServer.builder(file).build());
    }

    private IpcServer listening(IpcServer server) {
        scratch.closing(() -> Await.value(server.closeGracefully(Duration.ofSeconds(5))));
        Await.value(server.listen());
        return server;
    }

    private IpcClient client(UnaryOperator<IpcClient.Builder> options) {
        return scratch.closing(
                options.apply(IpcClient.builder(file).maxAttempts(1)).build());
    }

    /** Connects, and returns the cause of the failed attempt. */
    private TransportException rejection(UnaryOperator<IpcClient.Builder> options) {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        IpcClient client = client(options);
        client.onConnectError(failure::complete);
        client.onConnect(connection -> connection.send("secret", "x".repeat(1000)));
        assertThat(Await.failure(client.connect())).isInstanceOf(UnreachableException.class);
        assertThat(failure).isCompleted();
        assertThat(failure.join()).isInstanceOf(UnreachableException.class);
        return (TransportException) requireNonNull(failure.join().getCause());
    }

    private static String ownUser() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString();
    }

    @Test
    void serverOfAnotherUserReceivesNothing() throws IOException {
        assumeTrue(AnotherUser.isAvailable());
        Path open = Files.createDirectory(scratch.folder().resolve("open"));
        Path classes = Files.createDirectory(scratch.folder().resolve("classes"));
        Files.setPosixFilePermissions(scratch.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setAttribute(open, "unix:mode", 01777);
        file = open.resolve("s.sock");
        try (AnotherUser server = AnotherUser.start(classes, SilentUnixServer.class, file.toString())) {
            assertThat(server.readLine()).isEqualTo("listening");
            assertThat(rejection(builder -> builder)).hasMessageContaining("belongs to user nobody");
            // A file that passes the check; only the kernel knows whose process listens.
            Files.setAttribute(file, "unix:uid", Files.getAttribute(scratch.folder(), "unix:uid"));
            TransportException rejection = rejection(builder -> builder);
            assertThat(server.readLine()).isEqualTo("received 0");
            assertThat(rejection.code()).isEqualTo("EACCES");
            assertThat(rejection)
                    .hasMessageMatching(".*the server runs as user (nobody|65534) .*")
                    .hasMessageContaining("(expected: this user, root, or an allowed user)");
        }
    }

    @Test
    void serverOfAnotherUserMayBeAllowed() throws IOException {
        assumeTrue(AnotherUser.isAvailable());
        Path classes = Files.createDirectory(scratch.folder().resolve("classes"));
        Path theirs = Files.createDirectory(scratch.folder().resolve("theirs"));
        Files.setPosixFilePermissions(scratch.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(theirs, "unix:uid", Files.getAttribute(nobodysFile(), "unix:uid"));
        file = theirs.resolve("s.sock");
        try (AnotherUser server = AnotherUser.start(classes, SilentUnixServer.class, file.toString())) {
            assertThat(server.readLine()).isEqualTo("listening");
            IpcClient client = client(builder -> builder.allowedServerUsers(AnotherUser.NAME));
            client.onConnect(connection -> connection.send("hello"));
            Await.value(client.connect());
            assertThat(server.readLine()).isEqualTo("received 19");
        }
    }

    private Path nobodysFile() throws IOException {
        Path made = Files.createFile(scratch.folder().resolve("made"));
        Files.setOwner(
                made, made.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(AnotherUser.NAME));
        return made;
    }

    @Test
    void directoryOfAnotherUserIsRejected() throws IOException {
        assumeTrue(AnotherUser.isAvailable());
        listening();
        Files.setAttribute(scratch.folder(), "unix:uid", Files.getAttribute(nobodysFile(), "unix:uid"));
        assertThat(rejection(builder -> builder).code()).isEqualTo("EPERM");
        Await.value(client(builder -> builder.checkDirectory(false)).connect());
        Await.value(client(builder -> builder.allowedServerUsers(AnotherUser.NAME, "root"))
                .connect());
    }

    @Test
    void serverOfUnlistedUserIsRejected() {
        listening();
        TransportException rejection = rejection(builder -> builder.allowedServerUsers(AnotherUser.NAME));
        assertThat(rejection.code()).isEqualTo("EACCES");
        assertThat(rejection).hasMessageContaining("(expected: this user, root, or an allowed user)");
    }

    @Test
    void serverOfListedUserIsAccepted() throws IOException {
        listening();
        String own = ownUser();
        Await.value(client(builder -> builder.allowedServerUsers(AnotherUser.NAME, own))
                .connect());
    }

    @Test
    void unknownUserIsReported() {
        listening();
        assertThat(rejection(builder -> builder.allowedServerUsers("no-such-user")))
                .hasMessageContaining("user 'no-such-user' does not exist");
    }

    @Test
    void worldWritableDirectoryIsRejected() throws IOException {
        listening();
        Files.setPosixFilePermissions(scratch.folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
        TransportException rejection = rejection(builder -> builder);
        assertThat(rejection.code()).isEqualTo("EPERM");
        assertThat(rejection).hasMessageContaining("is writable by all users");
        Await.value(client(builder -> builder.checkDirectory(false)).connect());
    }

    @Test
    void allowedServerUsersMustNotBeEmpty() {
        assertThatThrownBy(() -> IpcClient.builder(file).allowedServerUsers())
                .hasMessage("allowedServerUsers: none (expected: at least one)");
    }

    /** A custom transport does not switch the checks off. */
    @Test
    void checksApplyToGivenTransport() {
        Transports.Lease lease = Transports.acquire();
        scratch.closing(() -> Await.value(lease.release()));
        IpcServer server =
                listening(IpcServer.builder(file).transport(lease.transport()).build());
        assertThat(rejection(builder -> builder.transport(lease.transport()).allowedServerUsers(AnotherUser.NAME))
                        .code())
                .isEqualTo("EACCES");
        Await.value(server.closeGracefully(Duration.ofSeconds(5)));
        assertThat(file).doesNotExist();
    }
}
