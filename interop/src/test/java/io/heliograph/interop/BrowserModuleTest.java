package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.EventLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The npm package {@code heliograph-client} in {@code js}: its own tests, and the copy on the demo page. */
class BrowserModuleTest {

    private static final Path MODULE = Path.of("../js").toAbsolutePath().normalize();

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    void testsOfModulePass() throws Exception {
        Path output = scratch.path("output");
        Process tests = new ProcessBuilder("sh", "-c", "exec node --test test/*.test.js")
                .directory(MODULE.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        scratch.closing(tests::destroyForcibly);
        assertThat(tests.waitFor(EventLog.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(tests.exitValue()).as(read(output)).isZero();
        assertThat(read(output)).contains("# fail 0").doesNotContain("# tests 0");
    }

    @Test
    void demoPageHasTheModuleAndTheNpmClient() throws IOException {
        Path page = Path.of("../cli/src/main/resources/io/heliograph/cli/realtime/chat");
        assertThat(page.resolve("heliograph-client.js")).hasSameTextualContentAs(MODULE.resolve("index.js"));
        assertThat(page.resolve("socketcluster-client.min.js"))
                .hasSameTextualContentAs(Path.of("node_modules/socketcluster-client/socketcluster-client.min.js"));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
