package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.testkit.Await;
import io.heliograph.web.WebServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors of sockets do not reach the programs that the process starts with {@link ProcessBuilder}. */
class DescriptorsTest {

    private static final Path SELF = Path.of("/proc/self");

    @TempDir
    private Path directory;

    @BeforeEach
    void needsLinux() {
        assumeTrue(Files.isDirectory(SELF.resolve("fd")), "only Linux lists the descriptors of a process");
    }

    @Test
    void startedProgramInheritsNoSocket() throws IOException, InterruptedException {
        try (IpcServer server = IpcServer.builder(directory.resolve("s")).build();
                IpcClient client = IpcClient.builder(directory.resolve("s")).build();
                WebServer web = WebServer.builder().port(0).build()) {
            Await.value(server.listen());
            Await.value(client.connect());
            Await.value(web.listen());
            try (Socket http = new Socket("localhost", web.port())) {
                assertThat(http.isConnected()).isTrue();
                assertThat(sockets(SELF)).isNotEmpty();
                Process child = new ProcessBuilder("sleep", "30").start();
                try {
                    assertThat(sockets(Path.of("/proc", Long.toString(child.pid()))))
                            .isEmpty();
                } finally {
                    child.destroyForcibly().waitFor();
                }
            }
        }
    }

    private static List<Path> sockets(Path process) throws IOException {
        List<Path> sockets = new ArrayList<>();
        try (Stream<Path> all = Files.list(process.resolve("fd"))) {
            for (Path descriptor : all.toList()) {
                try {
                    if (Files.readSymbolicLink(descriptor).toString().startsWith("socket:")) {
                        sockets.add(descriptor);
                    }
                } catch (NoSuchFileException closed) {
                    assertThat(descriptor).doesNotExist();
                }
            }
        }
        return sockets;
    }
}
