package io.heliograph.cli.option;

import io.heliograph.cli.console.StandardInput;
import picocli.CommandLine.Option;

/** Option {@code --max-message}. */
public final class MaxMessageOption {

    /** Maximum size of a message, sent or received. */
    @Option(
            order = 91,
            names = "--max-message",
            paramLabel = "SIZE",
            defaultValue = "1MiB",
            converter = SizeConverter.class,
            description = "Maximum size of a message, such as 64KiB or 10MB (default: ${DEFAULT-VALUE}).")
    public int bytes;

    /** Returns the maximum length of an input line: an escaped message of the maximum size and further members. */
    public int maxLine() {
        return StandardInput.lineLimit(2L * bytes);
    }
}
