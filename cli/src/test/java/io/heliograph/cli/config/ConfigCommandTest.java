package io.heliograph.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code helio serve --config} and {@code helio config}. */
class ConfigCommandTest {

    @TempDir
    Path folder;

    private String write(String... lines) throws IOException {
        return Files.writeString(folder.resolve("helio.yaml"), String.join("\n", lines) + "\n")
                .toString();
    }

    @Test
    void serveHasTheListenersOfTheFile() throws IOException {
        String file = write(
                "listen:",
                "  - {url: 'ws://127.0.0.1:0/x/', protocol: socketcluster}",
                "  - {url: 'ws://127.0.0.1:0/rpc', protocol: rpc}");
        try (Program server = Program.start("serve", "--config", file)) {
            assertThat(server.line("listening")).contains("/x/\"}");
            String url = server.line("listening").replaceAll(".*\"(ws:[^\"]*)\".*", "$1");
            assertThat(Program.run("", "rpc", "call", url, "helio.whoami").exitCode())
                    .isZero();
        }
    }

    @Test
    void allErrorsAreReportedAndNothingIsStarted() throws IOException {
        String file = write(
                "listen:", "  - url: ws://127.0.0.1:0/rpc", "    protocl: rpc", "limits:", "  max-message-bytes: 1 MB");
        Program server = Program.run("", "serve", "--config", file);
        assertThat(server.exitCode()).isEqualTo(2);
        assertThat(server.err())
                .isEqualTo("helio: " + file + ":3:5: unknown key 'protocl' in listen[0] (did you mean 'protocol'?)\n"
                        + "helio: " + file
                        + ":5:22: limits.max-message-bytes: '1 MB' (expected: a size such as 1MiB, at"
                        + " least 1KiB)\n"
                        + "helio: 2 errors in the configuration; nothing was started\n");
    }

    @Test
    void printConfigNamesTheSourceOfEachValue() throws IOException {
        String file = write("limits:", "  call-timeout: 1s", "  max-active-calls: 7");
        Program server = Program.run(
                "", "serve", "--config", file, "--set", "limits.call-timeout=2s", "--origin", "*:*", "--print-config");
        assertThat(server.exitCode()).isZero();
        assertThat(String.join("\n", server.lines()).replaceAll(" +", " "))
                .contains("limits.call-timeout 2s --set limits.call-timeout\n")
                .contains("limits.max-active-calls 7 " + file + ":3\n")
                .contains("origins *:* --origin\n")
                .contains("limits.authority-timeout 5s default\n");
    }

    @Test
    void portAndListenersOfTheFileAreInvalidUsage() throws IOException {
        String file = write("listen:", "  - {url: 'ws://127.0.0.1:0/rpc', protocol: rpc}");
        Program server = Program.run("", "serve", "--config", file, "--port", "0");
        assertThat(server.exitCode()).isEqualTo(2);
        assertThat(server.err())
                .contains("--port: the configuration names the listeners (expected: --port or listen, not both)");
    }

    @Test
    void unsafeListenerIsAnError() throws IOException {
        String file = write("listen:", "  - {url: 'ws://0.0.0.0:0/rpc', protocol: rpc}");
        for (String[] command : new String[][] {{"serve", "--config", file}, {"config", "check", "--config", file}}) {
            Program helio = Program.run("", command);
            assertThat(helio.exitCode()).isEqualTo(2);
            assertThat(helio.err()).contains("listen: 'ws://0.0.0.0:0/rpc' is reachable from other machines");
        }
    }

    @Test
    void checkReportsTheValuesOfAValidFile() throws IOException {
        Program helio = Program.run("", "config", "check", "--config", write("history: {count: 3}"));
        assertThat(helio.exitCode()).isZero();
        assertThat(String.join("\n", helio.lines()).replaceAll(" +", " ")).contains("history.count 3 ");
    }

    @Test
    void schemaIsJson() {
        Program helio = Program.run("", "config", "schema");
        assertThat(helio.exitCode()).isZero();
        assertThat(String.join("\n", helio.lines()))
                .startsWith("{\n")
                .endsWith("}")
                .contains("\"listen\": {");
    }

    @Test
    void settingWithoutValueIsInvalidUsage() {
        Program helio = Program.run("", "config", "check", "--set", "limits.max-depth");
        assertThat(helio.exitCode()).isEqualTo(2);
        assertThat(helio.err()).contains("--set: 'limits.max-depth' (expected: PATH=VALUE)");
    }

    @Test
    void hangupReportsChangesAndWhatNeedsARestart() throws IOException {
        write("listen:", "  - {url: 'ws://127.0.0.1:0/rpc', protocol: rpc}", "history: {count: 3}");
        String file = folder.resolve("helio.yaml").toString();
        try (Program server = Program.start("serve", "--config", file)) {
            server.line("listening");
            server.line("listening");
            write(
                    "listen:",
                    "  - {url: 'ws://127.0.0.1:0/rpc', protocol: rpc}",
                    "history: {count: 4}",
                    "origins: ['https://example.com']");
            server.hangUp();
            assertThat(server.line())
                    .isEqualTo(
                            "{\"event\":\"reloaded\",\"changed\":[\"origins\"],\"needs-restart\":[\"history.count\"]}");
            write("limits: {call-timeout: soon}");
            server.hangUp();
            assertThat(server.line("error")).contains("limits.call-timeout: 'soon'");
        }
    }

    @Test
    void invalidReloadReportsAllErrorsAndChangesNothing() throws IOException {
        String listener = "listen: [{url: 'ws://127.0.0.1:0/rpc', protocol: rpc}]";
        write(listener, "hosts: [a.example]");
        String file = folder.resolve("helio.yaml").toString();
        try (Program server = Program.start("serve", "--config", file)) {
            server.line("listening");
            server.line("listening");
            write(listener, "hosts: [b.example]", "origns: []", "drain: {mode: slow}");
            server.hangUp();
            assertThat(server.line("error"))
                    .contains("\"errors\":[\"", ":3:1: unknown key 'origns'", ":4:15: drain.mode: 'slow'");
            write(listener, "hosts: [b.example]", "drain: {mode: rolling}");
            server.hangUp();
            assertThat(server.line("reloaded"))
                    .isEqualTo("{\"event\":\"reloaded\",\"changed\":[\"drain.mode\",\"hosts\"],\"needs-restart\":[]}");
            server.interrupt();
            assertThat(server.line("draining")).contains("\"mode\":\"rolling\"");
        }
    }
}
