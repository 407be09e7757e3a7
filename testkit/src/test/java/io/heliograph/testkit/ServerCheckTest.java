package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.Transport;
import io.heliograph.unix.ServerCheck;
import io.heliograph.unix.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCheckTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private final InMemoryTransport transport = InMemoryTransport.threaded(1);
    private final EventLoop loop = transport.nextLoop();
    private final CompletableFuture<Void> acceptedClosed = new CompletableFuture<>();

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @BeforeEach
    void listen() throws IOException {
        file = directory.resolve("s");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private void serverRunsAs(@Nullable String user) {
        transport.credentials(user == null ? null : new PeerCredentials(Users.named(user), OptionalLong.of(7)));
        Await.value(transport.listen(
                new Address.Unix(file), loop, LinkOptions.of(Framing.none()), new Transport.AcceptHandler() {
                    @Override
                    public LinkHandler accepted(Link link) {
                        return new Ignoring(acceptedClosed);
                    }

                    @Override
                    public void failed(HeliographException cause) {}
                }));
    }

    @AfterEach
    void close() {
        Await.value(transport.close());
    }

    private record Ignoring(CompletableFuture<Void> closed) implements LinkHandler {
        @Override
        public void frame(Link link, Frame frame) {}

        @Override
        public void closed(Link link, CloseReason reason) {
            closed.complete(null);
        }
    }

    private CompletableFuture<Link> connect(ServerCheck check) {
        CompletableFuture<Link> outcome = new CompletableFuture<>();
        Transport.ConnectHandler handler = new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                outcome.complete(link);
                return new Ignoring(new CompletableFuture<>());
            }

            @Override
            public void failed(HeliographException cause) {
                outcome.completeExceptionally(cause);
            }
        };
        check.connect(
                file,
                loop,
                handler,
                checked -> transport.connect(new Address.Unix(file), loop, LinkOptions.of(Framing.none()), checked));
        return outcome;
    }

    private void assertRefused(ServerCheck check, String code, String message) {
        assertThat(Await.failure(connect(check)))
                .isInstanceOf(UnreachableException.class)
                .hasMessageStartingWith("unix:" + file + ": ")
                .hasMessageContaining(message)
                .cause()
                .isInstanceOfSatisfying(
                        TransportException.class,
                        cause -> assertThat(cause.code()).isEqualTo(code));
    }

    @Test
    void serverOfThisUserAndOfRootIsAccepted() {
        serverRunsAs(Users.self().getName());
        assertThat(Await.value(connect(ServerCheck.defaults()))).isNotNull();
    }

    @Test
    void serverOfAnotherUserIsRefusedAndTheLinkClosed() {
        serverRunsAs("65534");
        assertRefused(ServerCheck.defaults(), "EACCES", "(process 7) (expected: this user, root, or");
        Await.value(acceptedClosed);
    }

    @Test
    void serverOfANamedUserIsAcceptedAndOthersAreNot() {
        serverRunsAs("65534");
        assertThat(Await.value(connect(new ServerCheck(List.of("65534"), false))))
                .isNotNull();
        assertRefused(new ServerCheck(List.of("1"), false), "EACCES", "the server runs as user ");
    }

    @Test
    void unknownUserIsAcceptedByDefaultButIsNoNamedUser() {
        serverRunsAs(null);
        assertThat(Await.value(connect(ServerCheck.defaults()))).isNotNull();
        assertRefused(new ServerCheck(List.of("65534"), true), "EACCES", "the server runs as an unknown user");
    }

    @Test
    void directoryThatOthersCanWriteIsRefused() throws IOException {
        serverRunsAs(Users.self().getName());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(ServerCheck.defaults(), "EPERM", "is writable by all users");
        assertThat(Await.value(connect(new ServerCheck(null, false)))).isNotNull();
        Files.setAttribute(directory, "unix:mode", 01777);
        assertThat(Await.value(connect(ServerCheck.defaults()))).isNotNull();
    }

    @Test
    void socketFileAndDirectoryOfAnotherUserAreRefused() throws IOException {
        assumeTrue(Users.self().equals(Users.named("root")), "only root can give files away");
        serverRunsAs("root");
        Files.setAttribute(file, "unix:uid", 65534);
        assertRefused(ServerCheck.defaults(), "EPERM", "the file belongs to user ");
        Files.setAttribute(file, "unix:uid", 0);
        Files.setAttribute(directory, "unix:uid", 65534);
        assertRefused(ServerCheck.defaults(), "EPERM", "the directory " + directory + " belongs to user ");
    }

    @Test
    void missingUserFailsTheAttempt() {
        serverRunsAs("root");
        assertRefused(new ServerCheck(List.of("no-such-user"), true), "ENOENT", "user 'no-such-user' does not exist");
    }

    @Test
    void missingFileIsReportedByTheTransport() throws IOException {
        Files.delete(file);
        assertThat(Await.failure(connect(ServerCheck.defaults()))).isInstanceOf(UnreachableException.class);
    }

    @Test
    void cancelledAttemptDoesNotConnect() {
        ManualEventLoop manual = ManualEventLoop.create();
        List<String> calls = new ArrayList<>();
        Transport.Attempt attempt = ServerCheck.defaults().connect(file, manual, new Recording(calls), checked -> {
            calls.add("connect");
            return () -> calls.add("cancel");
        });
        attempt.cancel();
        await().until(() -> manual.runReady() > 0);
        assertThat(calls).isEmpty();
    }

    @Test
    void connectingAttemptIsCancelled() {
        ManualEventLoop manual = ManualEventLoop.create();
        List<String> calls = new ArrayList<>();
        Transport.Attempt attempt = ServerCheck.defaults().connect(file, manual, new Recording(calls), checked -> {
            calls.add("connect");
            return () -> calls.add("cancel");
        });
        await().until(() -> manual.runReady() > 0);
        attempt.cancel();
        assertThat(calls).containsExactly("connect", "cancel");
    }

    @Test
    void cancelledAttemptReportsNoFailure() {
        ManualEventLoop manual = ManualEventLoop.create();
        List<String> calls = new ArrayList<>();
        ServerCheck check = new ServerCheck(List.of("no-such-user"), true);
        check.connect(file, manual, new Recording(calls), checked -> () -> {}).cancel();
        await().until(() -> manual.runReady() > 0);
        assertThat(calls).isEmpty();
    }

    private record Recording(List<String> calls) implements Transport.ConnectHandler {
        @Override
        public LinkHandler connected(Link link) {
            calls.add("connected");
            return new Ignoring(new CompletableFuture<>());
        }

        @Override
        public void failed(HeliographException cause) {
            calls.add("failed");
        }
    }

    @Test
    void emptyListOfUsersIsRejected() {
        assertThatThrownBy(() -> new ServerCheck(List.of(), true))
                .hasMessage("allowedServerUsers: none (expected: at least one)");
    }
}
