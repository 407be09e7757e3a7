package io.heliograph.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** File with a secret, which does not appear in the list of processes. */
public final class SecretFile {

    private SecretFile() {}

    /**
     * Returns the content of a file without surrounding whitespace.
     *
     * @throws ParameterException if the file is missing, unreadable or empty; the message does not contain the content
     */
    public static String read(CommandSpec spec, String option, Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "no such file" : "cannot read the file";
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
