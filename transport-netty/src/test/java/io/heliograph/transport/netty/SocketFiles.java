package io.heliograph.transport.netty;

import io.heliograph.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Paths for socket files, short enough for any system, in a directory of this run. */
final class SocketFiles {

    private static final AtomicInteger count = new AtomicInteger();
    private static final Path directory = create();

    private SocketFiles() {}

    private static Path create() {
        try {
            Path created = Files.createTempDirectory("hgn");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(created)));
            return created;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path fresh() {
        return directory.resolve(count.incrementAndGet() + ".sock");
    }

    static Address.Unix freshAddress() {
        return new Address.Unix(fresh());
    }
}
