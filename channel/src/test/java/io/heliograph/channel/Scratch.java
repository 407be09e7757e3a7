package io.heliograph.channel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A directory with a short path for one test, and resources that are closed after the test in reverse order. */
@SuppressWarnings("exports") // tests export nothing
public final class Scratch implements BeforeEachCallback, AfterEachCallback {

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private Path folder = Path.of("");

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("hc");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable resource : resources) {
            resource.close();
        }
        delete(folder);
    }

    /** Deletes a directory atomically: moves it aside first, so that no process can create a file in it meanwhile. */
    public void remove(Path directory) throws IOException {
        Path aside = Files.move(directory, folder.resolve("removed"));
        delete(aside);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        }
    }

    public Path folder() {
        return folder;
    }

    public <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }
}
