package io.heliograph.testkit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A temporary folder and the resources of one test; a field with {@code @RegisterExtension}.
 *
 * <p>After the test every resource is closed, in reverse order, even if another one fails to close. Then the folder is
 * deleted. Its path is short enough for a Unix domain socket.
 */
public class Scratch implements BeforeEachCallback, AfterEachCallback {

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private Path folder = Path.of("");

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("hg");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Exception failure = null;
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        resources.clear();
        delete(folder);
        if (failure != null) {
            throw failure;
        }
    }

    public final Path folder() {
        return folder;
    }

    /** A path in the folder; the file does not exist yet. */
    public final Path path(String name) {
        return folder.resolve(name);
    }

    /** Closes a resource after the test. */
    public final <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    /** Deletes a directory of the folder atomically: a rename, then the deletion of its files. */
    public final void remove(Path directory) throws IOException {
        delete(Files.move(directory, folder.resolve("removed")));
    }

    /** Deletes a directory. An endpoint that is still closing may delete its files at the same time. */
    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                return postVisitDirectory(file, failure);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null && !(failure instanceof NoSuchFileException)) {
                    throw failure;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
