package io.heliograph.cli.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import io.heliograph.cli.SocketPaths;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IpcListenTest {

    private final SocketPaths paths = new SocketPaths();
    private final String socket = paths.socket().toString();

    @AfterEach
    void deletePaths() {
        paths.close();
    }

    @Test
    void eventsArePrintedAsJsonLines() throws IOException {
        try (Program listen = Program.start("ipc", "listen", socket)) {
            assertThat(listen.line()).isEqualTo("{\"event\":\"listening\",\"socket\":\"" + socket + "\"}");
            String id;
            try (Peer peer = new Peer()) {
                String connection = listen.line();
                assertThat(connection)
                        .matches(
                                "\\{\"event\":\"connection\",\"clientId\":\"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\"}");
                id = member(connection, "clientId");

                peer.write("{\"topic\":\"hello\",\"message\":{ \"n\": 12345678901234567890.10}}\0\0");
                assertThat(listen.line())
                        .isEqualTo("{\"event\":\"message\",\"clientId\":\""
                                + id
                                + "\",\"topic\":\"hello\",\"message\":{ \"n\": 12345678901234567890.10}}");
                peer.write("{\"message\":[1,\n2]}\0\0");
                assertThat(listen.line())
                        .isEqualTo("{\"event\":\"message\",\"clientId\":\""
                                + id
                                + "\",\"topic\":\"none\",\"message\":[1,2]}");
            }
            assertThat(listen.line())
                    .isEqualTo(
                            "{\"event\":\"disconnect\",\"clientId\":\"" + id + "\",\"reason\":\"closed by the peer\"}");
        }
    }

    @Test
    void invalidMessageIsReportedAndServerContinues() throws IOException {
        try (Program listen = listening();
                Peer bad = new Peer()) {
            String id = member(listen.line("connection"), "clientId");
            bad.write("nonsense\0\0");

            assertThat(listen.line("error")).contains("\"name\":\"DecodeError\"", "\"clientId\":\"" + id + "\"");
            listen.line("disconnect");
            try (Peer good = new Peer()) {
                listen.line("connection");
                good.write("{\"topic\":\"a\",\"message\":1}\0\0");
                listen.line("message");
            }
        }
    }

    @Test
    void inputLineIsBroadcastUnchanged() throws IOException {
        try (Program listen = listening();
                Peer one = new Peer();
                Peer two = new Peer()) {
            listen.line("connection");
            listen.line("connection");
            listen.type("{\"message\":{\"n\":1.50e+2,\"b\":9007199254740993},\"topic\":\"news\"}\n");
            listen.type("{\"topic\":\"bare\"}\n");

            String expected =
                    "{\"topic\":\"news\",\"message\":{\"n\":1.50e+2,\"b\":9007199254740993}}\0\0{\"topic\":\"bare\"}\0\0";
            assertThat(one.read(expected.length())).isEqualTo(expected);
            assertThat(two.read(expected.length())).isEqualTo(expected);
        }
    }

    @Test
    void inputLineWithClientIdIsSentToThatClient() throws IOException {
        try (Program listen = listening();
                Peer one = new Peer()) {
            String id = member(listen.line("connection"), "clientId");
            try (Peer two = new Peer()) {
                listen.line("connection");
                listen.type("{\"topic\":\"a\",\"message\":1,\"clientId\":\"" + id + "\"}\n");
                listen.type("{\"topic\":\"b\",\"clientId\":\"" + id + "\"}\n");
                listen.type("{\"topic\":\"c\",\"message\":3}\n");

                String all = "{\"topic\":\"c\",\"message\":3}\0\0";
                String own = "{\"topic\":\"a\",\"message\":1}\0\0{\"topic\":\"b\"}\0\0" + all;
                assertThat(one.read(own.length())).isEqualTo(own);
                assertThat(two.read(all.length())).isEqualTo(all);
            }
        }
    }

    @Test
    void unknownClientIdIsReported() {
        try (Program listen = listening()) {
            listen.type("{\"topic\":\"a\",\"message\":1,\"clientId\":\"nobody\"}\n");

            assertThat(listen.line())
                    .isEqualTo(
                            "{\"event\":\"error\",\"name\":\"BadClientError\",\"message\":\"Invalid client id: nobody\","
                                    + "\"clientId\":\"nobody\",\"topic\":\"a\"}");
        }
    }

    @Test
    void invalidInputLineIsReportedWithItsNumber() throws IOException {
        try (Program listen = listening();
                Peer peer = new Peer()) {
            listen.line("connection");
            listen.type("\n{\"topic\":1}\n{\"topic\":\"a\",\"message\":1}\n");

            assertThat(listen.line())
                    .isEqualTo(
                            "{\"event\":\"error\",\"name\":\"InputError\",\"message\":\"line 2: \\\"topic\\\" is not a string"
                                    + " (expected: {\\\"topic\\\":\\\"…\\\",\\\"message\\\":…}, to one client with \\\"clientId\\\":\\\"…\\\")\"}");
            assertThat(peer.read(27)).isEqualTo("{\"topic\":\"a\",\"message\":1}\0\0");
        }
    }

    @Test
    void serverContinuesAtEndOfInput() throws IOException {
        try (Program listen = listening()) {
            listen.endInput();
            try (Peer peer = new Peer()) {
                listen.line("connection");
                peer.write("{\"topic\":\"a\",\"message\":1}\0\0");
                listen.line("message");
                assertThat(listen.isRunning()).isTrue();
            }
        }
    }

    @Test
    void echoIsSentToTheSenderOnly() throws IOException {
        try (Program listen = started("ipc", "listen", socket, "--echo");
                Peer one = new Peer();
                Peer two = new Peer()) {
            listen.line("connection");
            listen.line("connection");
            one.write("{\"topic\":\"t\",\"message\":[1.0]}\0\0");
            assertThat(one.read(31)).isEqualTo("{\"topic\":\"t\",\"message\":[1.0]}\0\0");
            two.write("{\"topic\":\"u\",\"message\":2}\0\0");
            assertThat(two.read(27)).isEqualTo("{\"topic\":\"u\",\"message\":2}\0\0");
        }
    }

    @Test
    void signalFlushesQueuesAndRemovesSocketFile() throws IOException {
        Program listen = listening();
        try (Peer peer = new Peer()) {
            listen.line("connection");
            listen.type("{\"topic\":\"last\",\"message\":0}\n");
            assertThat(peer.read(30)).isEqualTo("{\"topic\":\"last\",\"message\":0}\0\0");
            listen.interrupt();
            assertThat(peer.read(1)).as("end of the stream").isEmpty();
        }
        assertThat(listen.exitCode()).isZero();
        assertThat(paths.socket()).doesNotExist();
        assertThat(listen.err()).isEmpty();
    }

    @Test
    void closedOutputExitsWithoutError() throws IOException {
        Program listen = listening();
        listen.closeOutput();
        try (Peer peer = new Peer()) {
            assertThat(listen.exitCode()).isZero();
        }
        assertThat(paths.socket()).doesNotExist();
        assertThat(listen.err()).isEmpty();
    }

    @Test
    void secondServerOnSamePathFails() {
        try (Program first = listening()) {
            Program second = Program.run("", "ipc", "listen", socket);

            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err())
                    .startsWith("helio: another server listens on " + socket + " (EADDRINUSE). Stop")
                    .containsOnlyOnce("\n");
            assertThat(second.lines()).isEmpty();
            assertThat(paths.socket()).exists();
            assertThat(first.isRunning()).isTrue();
        }
    }

    @Test
    void foreignLockIsReportedOnce() throws IOException {
        Path lock = Files.writeString(Path.of(socket + ".lock"), "not a lock");
        try {
            Program listen = Program.run("", "ipc", "listen", socket);

            assertThat(listen.exitCode()).isEqualTo(1);
            assertThat(listen.err()).startsWith("helio: the file " + lock).containsOnlyOnce("\n");
            assertThat(listen.lines()).isEmpty();
        } finally {
            Files.delete(lock);
        }
    }

    @Test
    void directoryOfEverybodyIsRefusedUnlessAccepted() throws IOException {
        Path open = Files.createDirectory(paths.socket().resolveSibling("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        String file = open.resolve("s").toString();
        try {
            Program refused = Program.run("", "ipc", "listen", file);
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err())
                    .contains("is writable by all users", "(EPERM)", "--any-directory")
                    .hasLineCount(1);
            try (Program listen = Program.start("ipc", "listen", file, "--any-directory")) {
                listen.line("listening");
                Program cautious = Program.run("", "ipc", "send", file, "a", "1");
                assertThat(cautious.err()).contains("is writable by all users", "--any-directory");
                assertThat(Program.run("", "ipc", "send", file, "a", "1", "--any-directory")
                                .exitCode())
                        .isZero();
            }
        } finally {
            Files.deleteIfExists(open.resolve("s.lock"));
            Files.delete(open);
        }
    }

    @Test
    void missingDirectoryIsReportedWithRemedy() {
        Program listen = Program.run("", "ipc", "listen", socket + "/no/such");

        assertThat(listen.exitCode()).isEqualTo(1);
        assertThat(listen.err())
                .startsWith("helio: cannot listen")
                .containsOnlyOnce("\n")
                .contains("ENOENT");
    }

    @Test
    void socketFileIsForItsOwnerByDefault() throws IOException {
        try (Program listen = listening()) {
            assertThat(permissions()).isEqualTo("rw-------");
        }
        try (Program listen = started("ipc", "listen", socket, "--mode", "660")) {
            assertThat(permissions()).isEqualTo("rw-rw----");
        }
    }

    @Test
    void userWhoIsNotAllowedIsRejected() throws IOException {
        String somebody = "root".equals(System.getProperty("user.name")) ? "1" : "root";
        try (Program listen = started("ipc", "listen", socket, "--allow-user", somebody);
                Peer peer = new Peer()) {
            listen.line("error");
            assertThat(peer.read(1)).as("end of the stream").isEmpty();
        }
    }

    @Test
    void messageOverTheLimitDisconnectsItsSender() throws IOException {
        try (Program listen = started("ipc", "listen", socket, "--max-message", "1k");
                Peer peer = new Peer()) {
            listen.line("connection");
            peer.write("{\"topic\":\"a\",\"message\":\"" + "x".repeat(2000) + "\"}\0\0");
            assertThat(listen.line("error")).contains("1024");
            listen.line("disconnect");
        }
    }

    @Test
    void prettyPrintsColumns() throws IOException {
        try (Program listen = Program.start("ipc", "listen", socket, "--pretty")) {
            assertThat(listen.line()).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  listening     \\Q" + socket + "\\E");
            try (Peer peer = new Peer()) {
                assertThat(listen.line()).matches(".{12}  connection    [0-9a-f-]{36}");
                peer.write("{\"topic\":\"hello\",\"message\":{\"a\":\"\\u001b[31m\"}}\0\0");
                assertThat(listen.line())
                        .matches(".{12}  message       [0-9a-f]{8}  hello         \\Q{\"a\":\"\\u001b[31m\"}\\E");
                peer.write("{\"topic\":\"\\u001b[2J\",\"message\":1}\0\0");
                assertThat(listen.line()).contains("\"\\u001b[2J\"").doesNotContain("\u001b");
            }
        }
    }

    @Test
    void colorsAreUsedOnTerminalOnly() {
        try (Program listen = Program.startOnTerminal("ipc", "listen", socket)) {
            assertThat(listen.line()).contains("\u001b[32mlistening   \u001b[0m");
        }
        try (Program listen = Program.startOnTerminal("ipc", "listen", socket, "--no-pretty")) {
            assertThat(listen.line("listening")).doesNotContain("\u001b");
        }
        try (Program listen = Program.start("ipc", "listen", socket, "--pretty")) {
            assertThat(listen.line()).contains("listening").doesNotContain("\u001b");
        }
    }

    private String permissions() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(paths.socket(), LinkOption.NOFOLLOW_LINKS));
    }

    private Program listening() {
        return started("ipc", "listen", socket);
    }

    private static Program started(String... args) {
        Program listen = Program.start(args);
        listen.line("listening");
        return listen;
    }

    private static String member(String line, String name) {
        String before = "\"" + name + "\":\"";
        int start = line.indexOf(before) + before.length();
        return line.substring(start, line.indexOf('"', start));
    }

    /** A client that knows bytes only. */
    private final class Peer implements AutoCloseable {

        private final SocketChannel channel;

        Peer() throws IOException {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(paths.socket()));
        }

        void write(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        /** Reads so many bytes, or what there is before the end of the stream. */
        String read(int count) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(count);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
