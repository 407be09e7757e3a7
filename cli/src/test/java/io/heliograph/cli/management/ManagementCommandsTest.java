package io.heliograph.cli.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code helio reload} and {@code helio drain}, at a server that runs {@code helio serve}. */
class ManagementCommandsTest {

    private static final String CONFIGURATION =
            "listen: [{url: 'ws://127.0.0.1:0/rpc', protocol: rpc}]\nmanagement: {token: 0123456789abcdef}\n";

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        write(CONFIGURATION);
        Files.writeString(token(), "0123456789abcdef");
    }

    private void write(String configuration) throws IOException {
        Files.writeString(folder.resolve("helio.yaml"), configuration);
    }

    private Path token() {
        return folder.resolve("token");
    }

    private Program serve() {
        return Program.start("serve", "--config", folder.resolve("helio.yaml").toString());
    }

    private static String management(Program server) {
        String line = server.line("listening");
        while (!line.contains("\"management\"")) {
            line = server.line("listening");
        }
        return line.replaceAll(".*\"url\":\"([^\"]*)\".*", "$1");
    }

    private Program helio(String command, String url, String... options) {
        String[] args = new String[options.length + 4];
        args[0] = command;
        args[1] = url;
        args[2] = "--token-file";
        args[3] = token().toString();
        System.arraycopy(options, 0, args, 4, options.length);
        return Program.start(args);
    }

    @Test
    void reloadPrintsTheChanges() throws IOException {
        try (Program server = serve()) {
            String url = management(server);
            write(CONFIGURATION + "hosts: [a.example]\nhistory: {count: 4}\n");
            Program reload = helio("reload", url);
            assertThat(reload.exitCode()).isZero();
            String event = "{\"event\":\"reloaded\",\"changed\":[\"hosts\"],\"needs-restart\":[\"history.count\"]}";
            assertThat(reload.lines()).containsExactly(event);
            assertThat(server.line("reloaded")).isEqualTo(event);
        }
    }

    @Test
    void reloadOfAnInvalidFileFailsWithAllErrors() throws IOException {
        try (Program server = serve()) {
            String url = management(server);
            write(CONFIGURATION + "origns: []\ndrain: {mode: slow}\n");
            Program reload = helio("reload", url);
            assertThat(reload.exitCode()).isEqualTo(1);
            assertThat(reload.err())
                    .contains("unknown key 'origns'", "drain.mode: 'slow'", "the server keeps its configuration");
            server.line("error");
        }
    }

    @Test
    void drainEndsTheServer() {
        try (Program server = serve()) {
            String url = management(server);
            Program drain = helio("drain", url, "--mode", "rolling", "--time", "2s", "--wait", "20s");
            assertThat(drain.exitCode()).isZero();
            assertThat(drain.lines())
                    .containsExactly(
                            "{\"event\":\"draining\",\"connections\":0,\"mode\":\"rolling\",\"time\":\"2s\"}",
                            "{\"event\":\"ended\"}");
            assertThat(server.exitCode()).isZero();
            assertThat(server.lines()).last().isEqualTo("{\"event\":\"closed\",\"connections\":0,\"aborted\":0}");
        }
    }

    @Test
    void invalidModeIsReported() {
        try (Program server = serve()) {
            Program drain = helio("drain", management(server), "--mode", "slow");
            assertThat(drain.exitCode()).isEqualTo(1);
            assertThat(drain.err()).contains("mode: 'slow' (expected: restart or rolling)");
        }
    }

    @Test
    void wrongTokenIsReported() throws IOException {
        try (Program server = serve()) {
            String url = management(server);
            Files.writeString(token(), "another token, of 26 bytes");
            Program reload = helio("reload", url);
            assertThat(reload.exitCode()).isEqualTo(1);
            assertThat(reload.err()).contains("rejects the token (expected: management.token of the server)");
        }
    }

    @Test
    void missingServerIsReported() {
        Program reload = Program.start("reload", "http://127.0.0.1:1");
        assertThat(reload.exitCode()).isEqualTo(1);
        assertThat(reload.err()).contains("http://127.0.0.1:1: ", "expected: the management listener of a server");
    }
}
