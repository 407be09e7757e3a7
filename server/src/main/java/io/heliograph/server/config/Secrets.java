package io.heliograph.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in files and in the environment.
 *
 * @param environment variables
 */
record Secrets(Map<String, String> environment) {

    /**
     * Secret.
     *
     * @param text the secret without surrounding whitespace; empty with an error
     */
    record Secret(String text, @Nullable String error) {}

    /** Reads a secret; {@code kind} is {@code file} or {@code env}. */
    Secret read(String kind, String where) {
        return kind.equals("file") ? file(where) : variable(where);
    }

    private static Secret file(String where) {
        String text;
        try {
            text = Files.readString(Path.of(where)).strip();
        } catch (IOException | InvalidPathException e) {
            String why = e instanceof NoSuchFileException ? "no such file" : "cannot read the file";
            return new Secret("", "file " + where + ": " + why + " (expected: a file with the secret)");
        }
        return text.isEmpty()
                ? new Secret("", "file " + where + " is empty (expected: a file with the secret)")
                : new Secret(text, null);
    }

    private Secret variable(String name) {
        String text = environment.getOrDefault(name, "").strip();
        return text.isEmpty()
                ? new Secret("", "environment " + name + " is not set (expected: a variable with the secret)")
                : new Secret(text, null);
    }
}
