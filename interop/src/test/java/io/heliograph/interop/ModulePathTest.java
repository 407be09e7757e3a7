package io.heliograph.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.IpcClient;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** All modules on the module path: they resolve, and their services are found. */
class ModulePathTest {

    private static final Pattern WANTED = Pattern.compile(
            "(core|transport-netty|web|codec-json|codec-msgpack|exchange|exchange-redis|ipc|channel|socket|rpc|realtime|server|cli)/target/"
                    + "|/(netty|jackson|jspecify|slf4j|picocli|jline|snakeyaml|lettuce|reactor|reactive|redis)-[^/]*\\.jar$");

    @Test
    void serverRunsOnTheModulePath() throws Exception {
        String modules = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> WANTED.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
        Path folder = Files.createTempDirectory("hgm");
        Path socket = folder.resolve("s");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        modules,
                        "--module",
                        "io.heliograph.cli/io.heliograph.cli.Helio",
                        "ipc",
                        "listen",
                        socket.toString(),
                        "--echo")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8));
                IpcClient client = IpcClient.builder(socket).build()) {
            assertThat(output.readLine()).startsWith("{\"event\":\"listening\"");
            CompletableFuture<String> answer = new CompletableFuture<>();
            client.topic("hello", String.class).on(answer::complete);
            client.onConnect(connection -> client.send("hello", "modules"));
            client.connect();
            assertThat(answer.get(10, SECONDS)).isEqualTo("modules");
        } finally {
            program.destroy();
            assertThat(program.waitFor(10, SECONDS)).isTrue();
            Files.deleteIfExists(folder);
        }
        assertThat(program.exitValue()).isZero();
        assertThat(socket).doesNotExist();
    }
}
