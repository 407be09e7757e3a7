package io.heliograph.cli.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.heliograph.cli.Program;
import io.heliograph.cli.SocketPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IpcSendTest {

    private final SocketPaths paths = new SocketPaths();
    private final String socket = paths.socket().toString();

    @AfterEach
    void deletePaths() {
        paths.close();
    }

    @Test
    void oneMessageIsSent() {
        try (Program listen = listening()) {
            Program send = send("hello", "{\"n\": 12345678901234567890.10}");

            assertThat(send.exitCode()).isZero();
            assertThat(send.lines()).isEmpty();
            assertThat(send.err()).isEmpty();
            listen.line("connection");
            assertThat(listen.line("message"))
                    .endsWith("\"topic\":\"hello\",\"message\":{\"n\": 12345678901234567890.10}}");
        }
    }

    @Test
    void responseIsPrinted() {
        try (Program listen = listening("--echo")) {
            Program send = send("sum", "[1,2]", "--wait", "sum");

            assertThat(send.exitCode()).isZero();
            assertThat(send.line()).isEqualTo("{\"event\":\"message\",\"topic\":\"sum\",\"message\":[1,2]}");
        }
    }

    @Test
    void messageIsReadFromStandardInput() {
        try (Program listen = listening("--echo")) {
            Program send = Program.run("{\n  \"a\": 1\n}\n", "ipc", "send", socket, "t", "-", "--wait", "t");

            assertThat(send.line()).isEqualTo("{\"event\":\"message\",\"topic\":\"t\",\"message\":{  \"a\": 1}}");
        }
    }

    @Test
    void responseWithAnotherTopicIsIgnored() {
        try (Program listen = listening("--echo")) {
            Program send = send("a", "1", "--wait", "b", "--timeout", "1s");

            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.lines()).isEmpty();
            assertThat(send.err())
                    .isEqualTo(
                            "helio: no message with the topic 'b' within 1000 ms. Check that the server sends this topic,"
                                    + " or increase --timeout.\n");
        }
    }

    @Test
    void missingServerFailsImmediately() {
        Program send = send("a", "1");

        assertThat(send.exitCode()).isEqualTo(1);
        assertThat(send.err())
                .startsWith("helio: unix:" + socket + ": no such socket file")
                .contains(socket, "helio ipc listen", "--retry")
                .containsOnlyOnce("\n");
    }

    @Test
    void serverOfAnotherUserIsReportedWithRemedy() throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("may change the owner of a file")
                .isEqualTo("root");
        try (Program listen = listening()) {
            Files.setAttribute(Path.of(socket), "unix:uid", 65_534);
            Program send = send("a", "1");

            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.err())
                    .startsWith("helio: unix:" + socket + ": the file belongs to user ")
                    .contains("--server-user", "--any-directory")
                    .doesNotContain("allowedServerUsers", "Start a server")
                    .containsOnlyOnce(socket)
                    .containsOnlyOnce("\n");
            assertThat(send("a", "1", "--server-user", "65534").err())
                    .containsPattern("the server runs as user (root|0) ")
                    .contains("Name the user of the server with --server-user.");
            assertThat(send("a", "1", "--any-directory").exitCode()).isZero();
            assertThat(send("a", "1", "--server-user", "65534", "--server-user", "root")
                            .exitCode())
                    .isZero();
            assertThat(listen.line("connection")).isNotEmpty();
        }
    }

    @Test
    void retryConnectsUntilTimeout() {
        Program late = send("a", "1", "--retry", "--timeout", "300ms");
        assertThat(late.exitCode()).isEqualTo(1);
        assertThat(late.err()).startsWith("helio: no connection to " + socket + " within 300 ms.");

        Program send = Program.start("ipc", "send", socket, "a", "1", "--retry");
        try (Program listen = listening()) {
            listen.line("connection");
            listen.line("message");
            assertThat(send.exitCode()).isZero();
        }
    }

    @Test
    void closeWithoutResponseIsFailure() {
        Program send;
        try (Program listen = listening()) {
            send = Program.start("ipc", "send", socket, "a", "1", "--wait", "a");
            listen.line("connection");
            listen.line("message");
        }
        assertThat(send.exitCode()).isEqualTo(1);
        assertThat(send.err()).contains("closed the connection without a response");
    }

    @Test
    void tooLongMessageIsFailure() {
        try (Program listen = listening()) {
            Program send = send("big", "\"" + "x".repeat(2000) + "\"", "--max-message", "1k");

            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.err()).contains("big", "1024", "Nothing was sent.").containsOnlyOnce("\n");
        }
    }

    @Test
    void negativeNumberIsNotAnOption() {
        try (Program listen = listening("--echo")) {
            assertThat(send("t", "-1.50", "--wait", "t").line()).endsWith("\"message\":-1.50}");
        }
    }

    @Test
    void emptyTopicBecomesNone() {
        try (Program listen = listening()) {
            assertThat(send("", "null").exitCode()).isZero();
            listen.line("connection");
            assertThat(listen.line("message")).endsWith("\"topic\":\"none\",\"message\":null}");
        }
    }

    @Test
    void signalWhileWaitingIsFailure() {
        try (Program listen = listening()) {
            Program send = Program.start("ipc", "send", socket, "a", "1", "--wait", "a");
            listen.line("connection");
            listen.line("message");
            send.interrupt();

            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.err()).contains("interrupted");
        }
    }

    private Program send(String topic, String json, String... options) {
        String[] args = new String[5 + options.length];
        args[0] = "ipc";
        args[1] = "send";
        args[2] = socket;
        args[3] = topic;
        args[4] = json;
        System.arraycopy(options, 0, args, 5, options.length);
        return Program.run("", args);
    }

    private Program listening(String... options) {
        String[] args = new String[3 + options.length];
        args[0] = "ipc";
        args[1] = "listen";
        args[2] = socket;
        System.arraycopy(options, 0, args, 3, options.length);
        Program listen = Program.start(args);
        listen.line("listening");
        return listen;
    }
}
