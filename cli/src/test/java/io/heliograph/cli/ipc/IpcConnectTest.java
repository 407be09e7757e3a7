package io.heliograph.cli.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import io.heliograph.cli.SocketPaths;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IpcConnectTest {

    private final SocketPaths paths = new SocketPaths();
    private final String socket = paths.socket().toString();

    @AfterEach
    void deletePaths() {
        paths.close();
    }

    @Test
    void inputIsSentAndFlushedBeforeClose() {
        try (Program listen = listening()) {
            Program connect =
                    Program.run("{\"topic\":\"a\",\"message\":1.0}\n{\"topic\":\"b\"}", "ipc", "connect", socket);

            assertThat(connect.exitCode()).isZero();
            assertThat(connect.line()).isEqualTo("{\"event\":\"connect\",\"socket\":\"" + socket + "\"}");
            assertThat(connect.lines()).isEmpty();
            assertThat(connect.err()).isEmpty();
            listen.line("connection");
            assertThat(listen.line("message")).endsWith("\"topic\":\"a\",\"message\":1.0}");
            assertThat(listen.line("message")).endsWith("\"topic\":\"b\",\"message\":null}");
            listen.line("disconnect");
        }
    }

    @Test
    void receivedMessagesArePrinted() {
        try (Program listen = listening();
                Program connect = Program.start("ipc", "connect", socket)) {
            connect.line("connect");
            listen.line("connection");
            listen.type("{\"topic\":\"news\",\"message\":[1.50,\"ö\"]}\n");

            assertThat(connect.line()).isEqualTo("{\"event\":\"message\",\"topic\":\"news\",\"message\":[1.50,\"ö\"]}");
        }
    }

    @Test
    void inputWaitsForTheConnection() {
        try (Program connect = Program.start("ipc", "connect", socket, "--retry-delay", "20ms..50ms")) {
            connect.type("{\"topic\":\"early\",\"message\":1}\n");
            connect.endInput();
            assertThat(connect.line("connectError"))
                    .contains("\"name\":\"UnreachableError\"")
                    .contains(socket);
            connect.line("connectError");
            try (Program listen = listening()) {
                listen.line("connection");
                assertThat(listen.line("message")).endsWith("\"topic\":\"early\",\"message\":1}");
                assertThat(connect.exitCode()).isZero();
            }
        }
    }

    @Test
    void inputReadWhileDisconnectedIsSentAfterReconnect() {
        try (Program connect =
                Program.start("ipc", "connect", socket, "--retry-delay", "50ms", "--reconnect-delay", "10ms")) {
            Program first;
            try (Program listen = listening()) {
                first = listen;
                next(connect, "connect");
                listen.line("connection");
            }
            assertThat(first.exitCode()).isZero();
            assertThat(next(connect, "disconnect")).contains("\"reason\":\"closed by the peer\"");
            connect.type("{\"topic\":\"meanwhile\",\"message\":1}\n");
            try (Program listen = listening()) {
                next(connect, "connect");
                assertThat(connect.line()).isEqualTo("{\"event\":\"reconnect\",\"socket\":\"" + socket + "\"}");
                listen.line("connection");
                assertThat(listen.line("message")).endsWith("\"topic\":\"meanwhile\",\"message\":1}");
            }
        }
    }

    @Test
    void stayKeepsClientConnectedAtEndOfInput() {
        try (Program listen = listening();
                Program connect = Program.start("ipc", "connect", socket, "--stay")) {
            connect.endInput();
            connect.line("connect");
            listen.line("connection");
            listen.type("{\"topic\":\"a\",\"message\":1}\n");
            connect.line("message");
            assertThat(connect.isRunning()).isTrue();
        }
    }

    @Test
    void clientRejectsLineWithClientId() {
        try (Program listen = listening();
                Program connect = Program.start("ipc", "connect", socket)) {
            connect.line("connect");
            connect.type("{\"topic\":\"a\",\"clientId\":\"x\"}\n");
            assertThat(connect.line("error"))
                    .contains("\"name\":\"InputError\"", "line 1: unknown member \\\"clientId\\\"");
        }
    }

    @Test
    void messageOverTheLimitIsReportedAndNextLineIsSent() {
        try (Program listen = listening();
                Program connect = Program.start("ipc", "connect", socket, "--max-message", "1k")) {
            connect.line("connect");
            connect.type("{\"topic\":\"a\",\"message\":\"" + "x".repeat(2000) + "\"}\n");
            connect.type("{\"topic\":\"b\",\"message\":2}\n");

            assertThat(connect.line("error"))
                    .contains("\"name\":\"EncodeError\"", "1024", "\"topic\":\"a\"", "\"line\":1");
            listen.line("connection");
            assertThat(listen.line("message")).endsWith("\"topic\":\"b\",\"message\":2}");
        }
    }

    @Test
    void longInputIsThrottledAtQueueLimit() {
        int count = 20_000;
        try (Program listen = listening()) {
            StringBuilder input = new StringBuilder();
            for (int i = 0; i < count; i++) {
                input.append("{\"topic\":\"n\",\"message\":").append(i).append("}\n");
            }
            Program connect = Program.run(input.toString(), "ipc", "connect", socket, "--max-queue", "4k");

            assertThat(connect.exitCode()).isZero();
            assertThat(connect.lines()).hasSize(1);
            listen.line("connection");
            for (int i = 0; i < count; i++) {
                assertThat(listen.line()).endsWith("\"message\":" + i + "}");
            }
        }
    }

    @Test
    void giveUpAfterExitsWithFailure() {
        Program connect = Program.run("", "ipc", "connect", socket, "--retry-delay", "10ms", "--give-up-after", "50ms");

        assertThat(connect.exitCode()).isEqualTo(1);
        assertThat(connect.err()).startsWith("helio: ").contains(socket).containsOnlyOnce("\n");
        connect.line("connectError");
    }

    @Test
    void signalExitsGracefullyWithoutServer() {
        Program connect = Program.start("ipc", "connect", socket);
        connect.line("connectError");
        connect.interrupt();

        assertThat(connect.exitCode()).isZero();
        assertThat(connect.err()).isEmpty();
    }

    @Test
    void closedOutputExitsWithoutError() {
        try (Program listen = listening()) {
            Program connect = Program.start("ipc", "connect", socket);
            connect.line("connect");
            listen.line("connection");
            connect.closeOutput();
            listen.type("{\"topic\":\"a\",\"message\":1}\n");

            assertThat(connect.exitCode()).isZero();
            assertThat(connect.err()).isEmpty();
        }
    }

    private Program listening() {
        Program listen = Program.start("ipc", "listen", socket);
        listen.line("listening");
        return listen;
    }

    /** The next event of this kind, whatever is before. */
    private static String next(Program program, String event) {
        String line = program.line();
        while (!line.startsWith("{\"event\":\"" + event + "\"")) {
            line = program.line();
        }
        return line;
    }
}
