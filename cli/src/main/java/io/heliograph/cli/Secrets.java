package io.heliograph.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Secrets that are kept in files, so that they stand in no list of processes. */
final class Secrets {

    private Secrets() {}

    /**
     * The first line of a file.
     *
     * @throws ParameterException if there is none; it names the option and the file, and nothing of what is in it
     */
    static String fromFile(CommandSpec spec, String option, Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "no such file" : "it cannot be read";
            throw new ParameterException(
                    spec.commandLine(), option + ": " + file + ": " + why + " (expected: a file with one line)", e);
        }
        String secret = text.strip();
        if (secret.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), option + ": " + file + " is empty (expected: a file with one line)");
        }
        return secret;
    }
}
