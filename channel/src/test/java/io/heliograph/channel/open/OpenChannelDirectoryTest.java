package io.heliograph.channel.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.TransportException;
import io.heliograph.channel.OpenChannel;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.testkit.Checklist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, location and permissions of the channel directory. */
class OpenChannelDirectoryTest extends OpenChannelTestCase {

    @Checklist("CHANNEL 6")
    @Test
    void temporaryDirectoryMatchesNode() {
        assertThat(temporary(Map.of("TMPDIR", "/a/", "TMP", "/b", "TEMP", "/c")))
                .isEqualTo("/a");
        assertThat(temporary(Map.of("TMPDIR", "", "TMP", "/b", "TEMP", "/c"))).isEqualTo("/b");
        assertThat(temporary(Map.of("TEMP", "/c"))).isEqualTo("/c");
        assertThat(temporary(Map.of())).isEqualTo("/tmp");
        assertThat(ChannelDirectory.temporary(Map.of("TEMP", "c"), true)).hasToString("c");
        assertThat(ChannelDirectory.temporary(Map.of("SystemRoot", "w"), true)).isEqualTo(Path.of("w", "temp"));
    }

    private static String temporary(Map<String, String> environment) {
        return ChannelDirectory.temporary(environment, false).toString();
    }

    @Checklist("CHANNEL 29")
    @Test
    void missingPermissionIsAnError() throws IOException {
        assumeTrue(!"root".equals(System.getProperty("user.name")), "root may do all");
        Path directory = Files.createDirectory(directory());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        OpenChannelFixture one = open();
        one.connect();
        eventually().until(() -> one.closes.get() == 1);
        assertThat(one.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        TransportException.class,
                        error -> assertThat(error.code()).isEqualTo("EACCES"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @Checklist("CHANNEL 30")
    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../a", "a\0b", "a b", "ä"})
    void invalidNamesAreRejected(String name) {
        assertThatThrownBy(() -> OpenChannel.builder(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: 1 to 64 of the characters");
    }

    @Checklist("CHANNEL 30")
    @Test
    void tooLongNamesAndPathsAreRejected() {
        assertThatThrownBy(() -> OpenChannel.builder("n".repeat(65))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OpenChannel.builder("n")
                        .directory(Path.of("/", "d".repeat(100)))
                        .build(c -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes");
    }

    @Checklist("CHANNEL 36")
    @Test
    void symbolicLinkOrWritableDirectoryIsRejected() throws IOException {
        Path elsewhere = Files.createDirectory(scratch.folder().resolve("elsewhere"));
        Path link = Files.createSymbolicLink(directory(), elsewhere);
        assertRefused("ENOTDIR");
        Files.delete(link);
        Path directory = Files.createDirectory(link);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused("EPERM");
    }

    @Test
    void fileAsParentDirectoryIsAnError() throws IOException {
        Path file = Files.writeString(scratch.folder().resolve("file"), "");
        OpenChannelFixture one = open(builder -> builder.directory(file));
        one.connect();
        eventually().until(() -> one.closes.get() == 1);
        assertThat(one.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        TransportException.class,
                        error -> assertThat(error.code()).isEqualTo("ENOTDIR"));
    }

    @Checklist("CHANNEL 36")
    @Test
    void directoryOfAnotherUserIsRejected() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files away");
        Path directory = Files.createDirectory(directory());
        Files.setAttribute(directory, "unix:uid", 4711);
        assertRefused("EPERM");
    }

    private void assertRefused(String code) {
        OpenChannelFixture one = open();
        one.connect();
        eventually().until(() -> one.closes.get() == 1);
        assertThat(one.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        TransportException.class,
                        error -> assertThat(error.code()).isEqualTo(code));
    }

    @Test
    void directoryAndEntryArePrivate() throws IOException {
        open().connected();
        assertThat(Files.getPosixFilePermissions(directory())).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(entry())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
}
