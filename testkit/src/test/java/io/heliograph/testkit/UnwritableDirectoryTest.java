package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.unix.LockFile;
import io.heliograph.unix.SocketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Socket files in a file system that cannot be written, also not by root. */
class UnwritableDirectoryTest {

    // The kernel creates no files here for anybody.
    private static final Path UNWRITABLE = Path.of("/proc");

    private static final Transport.AcceptHandler NONE = new Transport.AcceptHandler() {
        @Override
        public @Nullable LinkHandler accepted(Link link) {
            return null;
        }

        @Override
        public void failed(HeliographException cause) {}
    };

    @Test
    void failureNamesThePathAndItsCause() {
        assumeTrue(Files.isDirectory(UNWRITABLE), "only Linux has this file system");
        InMemoryTransport transport = InMemoryTransport.threaded(1);
        Path socket = UNWRITABLE.resolve("heliograph.sock");
        Throwable failure = Await.failure(SocketFile.listen(
                transport, socket, SocketFile.Options.ownerOnly(), null, LinkOptions.of(Framing.none()), NONE));
        assertThat(failure)
                .isInstanceOf(TransportException.class)
                .hasMessage("cannot create the lock " + socket + ".lock: the file system does not allow new files");
        Await.value(transport.close());
    }

    /** Listens in a directory and prints the failure. */
    static final class Program {

        private Program() {}

        public static void main(String[] arguments) {
            Path socket = Path.of(arguments[0]);
            InMemoryTransport transport = InMemoryTransport.threaded(1);
            Throwable failure = Await.failure(SocketFile.listen(
                    transport, socket, SocketFile.Options.ownerOnly(), null, LinkOptions.of(Framing.none()), NONE));
            System.out.println(
                    failure instanceof TransportException system
                            ? system.code() + " " + system.getMessage()
                            : failure.toString());
            System.exit(0);
        }
    }

    /** A read-only mount of its own, where mounts are permitted: for root, with a mount namespace that ends with the process. */
    @Test
    void readOnlyMountIsReportedWithItsCode(@TempDir Path directory) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "only Linux has this program");
        Process process = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=64k,mode=700,ro tmpfs \"$1\" || exit 99; shift; exec \"$@\"",
                        "sh",
                        directory.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        directory.resolve("s").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = process.inputReader().readLine();
        int status = process.waitFor();
        assumeTrue(output != null && status == 0, "mounts are not permitted");
        assertThat(output)
                .isEqualTo("EROFS cannot create the lock " + directory.resolve("s") + ".lock: Read-only file system");
    }

    @Test
    void refusedLockLeavesNoThreadLock() {
        assumeTrue(Files.isDirectory(UNWRITABLE), "only Linux has this file system");
        Path file = UNWRITABLE.resolve("heliograph.lock");
        for (int i = 0; i < 3; i++) {
            assertThat(failure(file)).isInstanceOf(TransportException.class);
        }
    }

    private static @Nullable Throwable failure(Path file) {
        try (LockFile lock = LockFile.take(file)) {
            return null;
        } catch (Exception e) {
            return e;
        }
    }
}
