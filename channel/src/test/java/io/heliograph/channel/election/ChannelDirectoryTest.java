package io.heliograph.channel.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.TransportException;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Owner and mode of the directory, sockets and port files that a member connects to. */
class ChannelDirectoryTest {

    private static final long PID = ProcessHandle.current().pid();
    private static final int SOMEBODY = 4711;

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private ChannelDirectory directory = new ChannelDirectory(Path.of("d"), false);

    @BeforeEach
    void prepare() throws IOException {
        directory = ChannelDirectory.of(scratch.folder(), "c", "+messages");
        directory.prepare();
    }

    private Path writePortFile(String mode) throws IOException {
        Path entry = Files.writeString(directory.entry(PID), "4000\n" + "0".repeat(64) + "\n");
        Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString(mode));
        return entry;
    }

    private Path bindSocket() throws IOException {
        Path entry = directory.entry(PID);
        scratch.closing(ServerSocketChannel.open(StandardProtocolFamily.UNIX)).bind(UnixDomainSocketAddress.of(entry));
        return entry;
    }

    private static void assumeRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files away");
    }

    @Test
    void privatePortFileAndSocketAreCandidates() throws IOException {
        Path entry = writePortFile("rw-------");
        assertThat(directory.candidates()).hasSize(1);
        Files.delete(entry);
        bindSocket();
        assertThat(directory.candidates()).hasSize(1);
    }

    @Test
    void portFileWithAccessForOthersIsIgnored() throws IOException {
        for (String mode : new String[] {"rw-r-----", "rw--w----", "rw----r--", "rw-----w-"}) {
            writePortFile(mode);
            assertThat(directory.candidates()).as(mode).isEmpty();
        }
    }

    @Test
    void portFileOfAnotherUserIsIgnored() throws IOException {
        assumeRoot();
        Files.setAttribute(writePortFile("rw-------"), "unix:uid", SOMEBODY);
        assertThat(directory.candidates()).isEmpty();
    }

    @Test
    void socketOfAnotherUserIsIgnored() throws IOException {
        assumeRoot();
        Files.setAttribute(bindSocket(), "unix:uid", SOMEBODY);
        assertThat(directory.candidates()).isEmpty();
    }

    @Test
    void groupWritableDirectoryIsRejected() throws IOException {
        Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwxrwx---"));
        assertThatThrownBy(directory::candidates)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("is writable by other users (expected: mode 0700)");
    }

    /** Hosts of the npm package create their directory with the mode that their umask allows. */
    @Test
    void groupWritableDirectoryIsAcceptedForBytes() throws IOException {
        ChannelDirectory shared = ChannelDirectory.of(scratch.folder(), "c", "");
        shared.prepare();
        Files.setPosixFilePermissions(shared.path(), PosixFilePermissions.fromString("rwxrwxr-x"));
        assertThat(shared.candidates()).isEmpty();
        Files.setPosixFilePermissions(shared.path(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(shared::candidates).isInstanceOf(TransportException.class);
    }
}
