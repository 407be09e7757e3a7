package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {

    @Test
    void versionNamesProgramAndJava() {
        for (String argument : new String[] {"--version", "-V", "version"}) {
            Program helio = Program.run("", argument);

            assertThat(helio.exitCode()).isZero();
            assertThat(helio.line()).matches("helio \\S+ \\(Java \\S+\\)");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-h",
                "channel --help",
                "ipc --help",
                "ipc listen --help",
                "ipc connect --help",
                "ipc send --help",
                "socket --help",
                "socket listen --help",
                "socket connect --help",
                "serve --help",
                "sub --help",
                "pub --help",
                "invoke --help",
                "transmit --help",
                "rpc --help",
                "rpc serve --help",
                "rpc subscribe --help",
                "help",
                "help rpc serve",
                "doctor --help",
                "token --help",
                "token sign --help",
                "token verify --help",
                "token show --help",
                "completion --help",
                "version --help",
                "help --help"
            })
    void everyCommandHasHelpWithExamples(String arguments) {
        Program helio = Program.run("", arguments.split(" "));

        assertThat(helio.exitCode()).isZero();
        assertThat(helio.lines())
                .anyMatch(line -> line.startsWith("Usage: helio"))
                .containsAnyOf("Examples:", "Example:")
                .allMatch(line -> line.length() <= 120);
        assertThat(helio.err()).isEmpty();
    }

    @Test
    void helpListsOptionsInGroups() {
        Program helio = Program.run("", "rpc", "call", "--help");

        assertThat(helio.lines())
                .containsSubsequence("Options:", "TLS:", "Authentication:", "Output:", "Limits:", "Examples:");
        assertThat(Program.run("", "help", "ipc", "send").lines())
                .isEqualTo(Program.run("", "ipc", "send", "--help").lines());
    }

    @Test
    void unknownCommandOfHelpIsInvalidUsage() {
        assertThat(errorOf("help", "rpc", "cal")).startsWith("helio: 'cal' (expected: one of serve, call, ");
    }

    @Test
    void completionNamesCommandsAndOptions() {
        Program helio = Program.run("", "completion");

        assertThat(helio.exitCode()).isZero();
        assertThat(String.join("\n", helio.lines())).contains("complete -F", "--auth-key-file", "subscribe");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ipc"})
    void missingCommandShowsCommands(String arguments) {
        Program helio = arguments.isEmpty() ? Program.run("") : Program.run("", arguments.split(" "));

        assertThat(helio.exitCode()).isZero();
        assertThat(helio.lines()).anyMatch(line -> line.startsWith("Commands:"));
    }

    @Test
    void unknownCommandGetsASuggestion() {
        Program helio = Program.run("", "ipc", "lisen");

        assertThat(helio.exitCode()).isEqualTo(2);
        assertThat(helio.err()).isEqualTo("""
                        helio: Unmatched argument at index 1: 'lisen' (did you mean listen?)
                        See 'helio ipc --help'.
                        """);
        assertThat(helio.lines()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ipc listen",
                "ipc send /tmp/a.sock",
                "ipc send /tmp/a.sock topic",
                "ipc listen /tmp/a.sock --bogus",
                "ipc listen /tmp/a.sock extra",
                "bogus"
            })
    void missingOrExtraArgumentIsInvalidUsage(String arguments) {
        Program helio = Program.run("", arguments.split(" "));

        assertThat(helio.exitCode()).isEqualTo(2);
        assertThat(helio.err()).startsWith("helio: ").contains("--help'").doesNotContain("\tat ");
    }

    @Test
    void invalidValueNamesTheExpectedForm() {
        assertThat(errorOf("ipc", "send", "/tmp/a.sock", "t", "1", "--timeout", "5"))
                .contains("'--timeout'")
                .contains("'5' (expected: a duration such as 500ms, 2s, 1m or 1h)");
        assertThat(errorOf("ipc", "listen", "/tmp/a.sock", "--max-message", "0"))
                .contains("'0' (expected: a size such as 4096, 64KiB or 10MB, up to 1GiB)");
        assertThat(errorOf("ipc", "listen", "/tmp/a.sock", "--mode", "999"))
                .contains("'999' (expected: permissions such as 600 or rw-rw----)");
        assertThat(errorOf("ipc", "connect", "/tmp/a.sock", "--retry-delay", "2s..1s"))
                .contains("'2s..1s'");
        assertThat(errorOf("ipc", "listen", "/tmp/a.sock", "--max-clients", "0"))
                .contains("maxConnections: 0 (expected: > 0)");
        assertThat(errorOf("ipc", "listen", "/tmp/a.sock", "--slow-consumer", "wait"))
                .contains("'wait'")
                .contains("close, refuse");
    }

    @Test
    void malformedJsonExplainsQuoting() {
        assertThat(errorOf("ipc", "send", "/tmp/a.sock", "t", "hello"))
                .contains("JSON: hello is not JSON")
                .contains("'\"text\"'");
        assertThat(errorOf("ipc", "send", "/tmp/a.sock", "t", "")).contains("is not JSON");
        assertThat(errorOf("ipc", "send", "/tmp/a.sock", "t", "1 2")).contains("is not JSON");
    }

    @Test
    void invalidSocketPathIsInvalidUsage() {
        assertThat(errorOf("ipc", "listen", "8080")).contains("8080");
        assertThat(errorOf("ipc", "connect", "")).contains("Is empty");
        assertThat(errorOf("ipc", "send", "/tmp/" + "a".repeat(120), "t", "1")).contains("107");
    }

    private static String errorOf(String... args) {
        Program helio = Program.run("", args);
        assertThat(helio.exitCode()).as(helio.err()).isEqualTo(2);
        assertThat(helio.err()).doesNotContain("Exception").doesNotContain("\tat ");
        return helio.err();
    }
}
