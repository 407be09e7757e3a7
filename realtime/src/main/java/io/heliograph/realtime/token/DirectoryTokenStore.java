package io.heliograph.realtime.token;

import io.heliograph.realtime.TokenStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Token store with one file per name. Thread-safe. */
public final class DirectoryTokenStore implements TokenStore {

    private static final Executor THREADS =
            task -> Thread.ofVirtual().name("heliograph-token-store").start(task);

    private final Path directory;
    private final boolean posix;

    // The operation enqueued last; operations run in order. Guarded by this.
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    public DirectoryTokenStore(Path directory) {
        this.directory = directory;
        this.posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    @Override
    public CompletionStage<Void> saveToken(String name, String signedToken) {
        return then(() -> {
                    Files.createDirectories(directory, mode("rwx------"));
                    Path temporary = Files.createTempFile(directory, ".token", null, mode("rw-------"));
                    try {
                        Files.writeString(temporary, signedToken);
                        return Files.move(
                                temporary,
                                file(name),
                                StandardCopyOption.ATOMIC_MOVE,
                                StandardCopyOption.REPLACE_EXISTING);
                    } finally {
                        Files.deleteIfExists(temporary);
                    }
                })
                .thenAccept(file -> {});
    }

    @Override
    public CompletionStage<Optional<String>> removeToken(String name) {
        return then(() -> {
            Optional<String> token = read(name);
            Files.deleteIfExists(file(name));
            return token;
        });
    }

    @Override
    public CompletionStage<Optional<String>> loadToken(String name) {
        return then(() -> read(name));
    }

    private Optional<String> read(String name) throws IOException {
        try {
            return Optional.of(Files.readString(file(name)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private Path file(String name) {
        return directory.resolve(URLEncoder.encode(name, StandardCharsets.UTF_8) + ".token");
    }

    private FileAttribute<?>[] mode(String permissions) {
        Set<PosixFilePermission> owner = PosixFilePermissions.fromString(permissions);
        return posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(owner)} : new FileAttribute<?>[0];
    }

    @FunctionalInterface
    private interface Operation<T> {
        T run() throws IOException;
    }

    private synchronized <T> CompletionStage<T> then(Operation<T> operation) {
        CompletableFuture<T> next = last.handleAsync(
                (before, failure) -> {
                    try {
                        return operation.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException("token store " + directory + ": " + e.getMessage(), e);
                    }
                },
                THREADS);
        last = next;
        return next;
    }
}
