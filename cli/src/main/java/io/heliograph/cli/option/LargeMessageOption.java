package io.heliograph.cli.option;

import io.heliograph.cli.console.StandardInput;
import picocli.CommandLine.Option;

/** Option {@code --max-message} of commands whose peers send large messages. */
public final class LargeMessageOption {

    /** Maximum size of a message, sent or received. */
    @Option(
            order = 91,
            names = "--max-message",
            paramLabel = "SIZE",
            defaultValue = "64MiB",
            converter = SizeConverter.class,
            description = "Maximum size of a message, such as 64KiB or 10MB (default: ${DEFAULT-VALUE}).")
    public int bytes;

    /** Returns the maximum length of an input line: an escaped message of the maximum size and further members. */
    public int maxLine() {
        return StandardInput.lineLimit(4L * bytes);
    }
}
