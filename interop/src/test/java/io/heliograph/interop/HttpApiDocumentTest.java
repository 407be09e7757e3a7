package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.ApiKey;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The examples of {@code docs/http-api.md}, run by a shell with curl. */
class HttpApiDocumentTest {

    private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```sh\\n(curl .*?)\\n((?:# [^\\n]*\\n)+)```");
    private static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    record Sum(int a, int b) {}

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    void examplesReturnTheirResults() throws Exception {
        Hub hub = scratch.closing(Hub.builder()
                .daemon(true)
                .listen(
                        "http://127.0.0.1:0/api",
                        Protocols.http().keys(ApiKey.of("example", ApiKey.hash(SECRET), ApiKey.MANAGE)))
                .build());
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        int port = URI.create(hub.listeners().getFirst().url()).getPort();

        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("../docs/http-api.md")));
        int count = 0;
        while (example.find()) {
            String command = example.group(1);
            String expected =
                    example.group(2).lines().map(line -> line.substring(2)).collect(Collectors.joining("\n"));
            String quoted = Pattern.quote(expected).replace("…", "\\E[0-9a-z]+\\Q");
            assertThat(run(command, port)).as(command).containsPattern(quoted);
            count++;
        }
        assertThat(count).isEqualTo(7);
    }

    @Test
    void hashOfTheExampleIsThatOfTheKey() throws Exception {
        String command = "printf 'sha256:%s\\n' \"$(printf %s \"$KEY\" | sha256sum | cut -d' ' -f1)\"";
        assertThat(run(command, 0).strip()).isEqualTo(ApiKey.hash(SECRET));
    }

    /** Runs a command, at most 2 s if it follows a stream. */
    private String run(String command, int port) throws IOException, InterruptedException {
        Path output = scratch.path("output" + System.nanoTime());
        String limited = command.replace("curl -sN", "curl -sN --max-time 2");
        ProcessBuilder shell = new ProcessBuilder(List.of("sh", "-c", limited));
        shell.environment().put("HUB", "http://127.0.0.1:" + port);
        shell.environment().put("KEY", SECRET);
        Process process =
                shell.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        scratch.closing(process::destroyForcibly);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(command).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
