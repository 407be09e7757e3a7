package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.MessageChannel;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets and channels work with any {@code java.io.tmpdir}, also with one in which no file can be created. */
class TemporaryDirectoryTest {

    @TempDir
    private Path directory;

    /** Connects a client to a server and joins a channel. */
    static final class Program {

        public static void main(String[] args) {
            Path directory = Path.of(args[0]);
            try (IpcServer server = IpcServer.builder(directory.resolve("s")).build();
                    IpcClient client = IpcClient.builder(directory.resolve("s")).build();
                    MessageChannel channel = MessageChannel.builder("channel")
                            .directory(directory)
                            .build()) {
                Await.value(server.listen());
                Await.value(client.connect());
                Await.value(channel.connect());
                System.out.println("connected");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc", "missing", "existing"})
    void socketsAndChannelsNeedNoTemporaryFiles(String name) throws IOException, InterruptedException {
        Files.createDirectory(directory.resolve("existing"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + directory.resolve(name),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(output).contains("connected");
            assertThat(process.waitFor(Await.TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
