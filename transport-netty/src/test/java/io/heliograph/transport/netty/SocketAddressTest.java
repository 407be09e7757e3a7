package io.heliograph.transport.netty;

import static io.heliograph.transport.netty.Sockets.get;
import static io.heliograph.transport.netty.Sockets.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.netty.Sockets.Listening;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Addresses of sockets beyond the contract of all transports: credentials, system errors, socket files, time-outs. */
class SocketAddressTest {

    private static final LinkOptions LINES = LinkOptions.of(Framing.delimiter('\n'));

    private @Nullable Sockets opened;

    static Engine[] engines() {
        return SocketTest.engines();
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

    // ---- addresses and credentials

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

    // ---- system errors

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

    // ---- time-outs

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
