package io.heliograph.cli.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeSocketTest {

    @TempDir
    Path folder;

    @Test
    void runtimeDirectoryOfTheUserIsPreferred() {
        assertThat(RuntimeSocket.path(Map.of("XDG_RUNTIME_DIR", folder.toString(), "TMPDIR", "/none")))
                .isEqualTo(folder.resolve("helio.sock"));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void directoryOfTheUserIsCreatedForTheUserAlone() throws Exception {
        Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", "/none/such", "TMPDIR", folder.toString());
        Path socket = RuntimeSocket.path(environment);

        Path directory = folder.resolve("helio-" + Files.getAttribute(folder, "unix:uid"));
        assertThat(socket).isEqualTo(directory.resolve("helio.sock"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        assertThat(RuntimeSocket.path(environment)).isEqualTo(socket);
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void missingDirectoryIsFailureWithRemedy() {
        assertThatThrownBy(() -> RuntimeSocket.path(Map.of("TMPDIR", folder + "/none")))
                .hasMessageContaining(folder + "/none")
                .hasMessageContaining("--socket");
    }

    @Test
    void onlyServerThatListensIsLive() throws Exception {
        Path socket = folder.resolve("s");
        assertThat(RuntimeSocket.isLive(socket)).isFalse();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThat(RuntimeSocket.isLive(socket)).isTrue();
        }
        assertThat(socket).exists();
        assertThat(RuntimeSocket.isLive(socket)).isFalse();
    }
}
