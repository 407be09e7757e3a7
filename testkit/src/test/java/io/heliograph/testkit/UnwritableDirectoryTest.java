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
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Socket files in a file system that cannot be written, also not by root. */
class UnwritableDirectoryTest {

    // The kernel creates no files here for anybody.
    private static final Path UNWRITABLE = Path.of("/proc");

    @Test
    void failureNamesThePathAndItsCause() {
        assumeTrue(Files.isDirectory(UNWRITABLE), "only Linux has this file system");
        InMemoryTransport transport = InMemoryTransport.threaded(1);
        Path socket = UNWRITABLE.resolve("heliograph.sock");
        Throwable failure = Await.failure(SocketFile.listen(
                transport,
                socket,
                SocketFile.Options.ownerOnly(),
                null,
                LinkOptions.of(Framing.none()),
                new Transport.AcceptHandler() {
                    @Override
                    public @Nullable LinkHandler accepted(Link link) {
                        return null;
                    }

                    @Override
                    public void failed(HeliographException cause) {}
                }));
        assertThat(failure)
                .isInstanceOf(TransportException.class)
                .hasMessage("cannot create the lock " + socket + ".lock: the file system does not allow new files");
        Await.value(transport.close());
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
