package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the Git hook {@code .ci/hooks/commit-msg} with valid and invalid commit messages. */
class CommitMessageHookTest {

    private static final Path HOOK = Path.of("")
            .toAbsolutePath()
            .getParent()
            .resolve(".ci")
            .resolve("hooks")
            .resolve("commit-msg");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "channel: elect the successor first",
                "codec-json: read keys once\n\nThe reason.",
                "core, rpc: share one counter",
                "# A comment of Git\nipc: accept paths of 107 bytes",
                "Merge branch 'main'",
                "Revert \"rpc: share one counter\"",
                "fixup! rpc: share one counter",
            })
    void validMessageIsAccepted(String message) throws Exception {
        assertThat(refusal(message)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Elect the successor first",
                "channel elect the successor first",
                "Channel: elect the successor first",
                "channel: Elect the successor first",
                "channel: elect the successor first.",
                "channel: added a successor",
                "channel: fixes the election",
                "channel: elect the successor first\nwithout an empty line",
            })
    void invalidMessageIsRefusedWithTheExpectedForm(String message) throws Exception {
        assertThat(refusal(message)).startsWith("commit-msg: '").contains("(expected: 'module: imperative'");
    }

    @Test
    void subjectHasAtMost72Characters() throws Exception {
        String longest = "rpc: " + "ä".repeat(67);
        assertThat(refusal("rpc: a" + longest.substring(6))).isEmpty();
        assertThat(refusal("rpc: a" + longest.substring(5))).contains("more than 72 characters");
    }

    private String refusal(String message) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("message"), message + "\n");
        Process hook = new ProcessBuilder(HOOK.toString(), file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(hook.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(hook.waitFor()).isEqualTo(output.isEmpty() ? 0 : 1);
        return output;
    }
}
