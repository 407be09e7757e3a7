package io.heliograph.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of the user {@value #NAME} that runs one class. Available where the tests run as root. */
public final class AnotherUser implements AutoCloseable {

    /** Name of the user. */
    public static final String NAME = "nobody";

    private final Process process;
    private final BufferedReader output;

    private AnotherUser(Process process) {
        this.process = process;
        this.output = process.inputReader();
        // Reading its output ignores interrupts, and with them the time-out of a test.
        CompletableFuture.delayedExecutor(Await.TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .execute(process::destroyForcibly);
    }

    /** Returns whether this process may start processes of another user. */
    public static boolean isAvailable() {
        return "root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/setpriv"));
    }

    /**
     * Starts a process.
     *
     * @param directory directory that receives the class file; made readable for all users
     * @param main class with a {@code main} method, which uses the JDK only and no nested class
     */
    public static AnotherUser start(Path directory, Class<?> main, String... arguments) throws IOException {
        Path file = directory.resolve(main.getName().replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        try (InputStream bytes = main.getResourceAsStream(main.getSimpleName() + ".class")) {
            if (bytes == null) {
                throw new IllegalArgumentException(main + " has no class file");
            }
            Files.write(file, bytes.readAllBytes());
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        for (Path parent = file.getParent();
                parent != null && parent.startsWith(directory);
                parent = parent.getParent()) {
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        List<String> command =
                new ArrayList<>(List.of("/usr/bin/setpriv", "--reuid=" + NAME, "--regid=nogroup", "--clear-groups"));
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                directory.toString(),
                main.getName()));
        command.addAll(List.of(arguments));
        return new AnotherUser(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Reads the next line of the output; null at its end. */
    public @Nullable String readLine() throws IOException {
        return output.readLine();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
