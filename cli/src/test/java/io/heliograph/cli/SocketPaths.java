package io.heliograph.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Temporary paths that are short enough for a Unix socket. */
public final class SocketPaths implements AutoCloseable {

    private final Path directory;

    public SocketPaths() {
        try {
            directory = Files.createTempDirectory(Path.of("/tmp"), "helio");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path socket() {
        return directory.resolve("s");
    }

    @Override
    public void close() {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
