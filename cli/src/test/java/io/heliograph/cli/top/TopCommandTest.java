package io.heliograph.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopCommandTest {

    @TempDir
    Path folder;

    private static String url(String line) {
        return line.replaceAll(".*\"url\":\"([^\"]*)\".*", "$1");
    }

    /** Server with the URLs of RPC and of the management. */
    private record Server(Program program, String rpc, String management) implements AutoCloseable {

        static Server start(String... options) {
            String[] args = new String[options.length + 3];
            args[0] = "serve";
            args[1] = "--port";
            args[2] = "0";
            System.arraycopy(options, 0, args, 3, options.length);
            Program program = Program.start(args);
            program.line("listening");
            String rpc = url(program.line("listening"));
            return new Server(program, rpc, url(program.line("listening")));
        }

        @Override
        public void close() {
            program.close();
        }
    }

    @Test
    void onePageShowsWhatAClientDid() {
        try (Server server = Server.start("--demo")) {
            for (int i = 0; i < 3; i++) {
                assertThat(Program.run("", "call", server.rpc(), "sum", "[1,2]").exitCode())
                        .isZero();
            }
            Program top = Program.run("", "top", server.management(), "--once", "--show", "procedures");
            assertThat(top.exitCode()).as(top.err()).isZero();
            assertThat(top.line("top"))
                    .startsWith("{\"event\":\"top\",\"uptimeSeconds\":")
                    .contains("\"connections\":0,", "\"ready\":true,", "\"drops\":0,")
                    .contains(
                            "\"procedures\":[{\"procedure\":\"sum\",\"protocol\":\"rpc\",\"calls\":3,\"failures\":0,");
        }
    }

    @Test
    void closedConnectionsHaveCauseAndReason() {
        try (Server server = Server.start("--demo")) {
            assertThat(Program.run("", "call", server.rpc(), "sum", "[1,2]").exitCode())
                    .isZero();
            server.program().line("page");
            server.program().line("connection");
            server.program().line("disconnection");
            Program top = Program.run("", "top", server.management(), "--once", "--show", "closed", "--pretty");
            assertThat(top.exitCode()).as(top.err()).isZero();
            assertThat(top.rawLine()).matches("up 0:00:\\d\\d {3}0 connections {3}.*0 drops");
            assertThat(top.rawLine()).isEmpty();
            assertThat(top.rawLine()).matches("AGO +ID +PRINCIPAL +CAUSE +QUEUED +REASON");
            assertThat(top.rawLine()).matches("\\d+ s +rpc-\\w{8} +client +0 B +closed by the client.*");
        }
    }

    @Test
    void readingsFollowUntilASignal() {
        try (Server server = Server.start()) {
            try (Program top = Program.start("top", server.management(), "--interval", "10ms")) {
                assertThat(top.line("top")).contains("\"connections\":[]");
                assertThat(top.line("top")).contains("\"connections\":[]");
                top.interrupt();
                assertThat(top.exitCode()).isZero();
            }
        }
    }

    @Test
    void tokenIsReadFromAFile() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef\n");
        try (Server server = Server.start("--set", "management.token=0123456789abcdef")) {
            Program without = Program.run("", "top", server.management(), "--once");
            assertThat(without.exitCode()).isEqualTo(1);
            assertThat(without.err()).contains("needs a token (expected: --token-file, or HELIO_MANAGEMENT_TOKEN)");
            Program with = Program.run("", "top", server.management(), "--once", "--token-file", token.toString());
            assertThat(with.exitCode()).as(with.err()).isZero();
        }
    }

    @Test
    void portOfClientsIsReported() {
        try (Server server = Server.start()) {
            URI rpc = URI.create(server.rpc());
            Program top = Program.run("", "top", "http://localhost:" + rpc.getPort(), "--once");
            assertThat(top.exitCode()).isEqualTo(1);
            assertThat(top.err()).contains("answers 404 (expected: the management listener of a server");
        }
    }

    @Test
    void invalidOptionsAreInvalidUsage() {
        assertThat(Program.run("", "top", "localhost:1").err())
                .contains("URL: 'localhost:1' (expected: http://HOST:PORT or https://HOST:PORT)");
        Program rows = Program.run("", "top", "--rows", "0");
        assertThat(rows.exitCode()).isEqualTo(2);
        assertThat(rows.err()).contains("--rows: 0 (expected: 1 to 1000)");
    }
}
