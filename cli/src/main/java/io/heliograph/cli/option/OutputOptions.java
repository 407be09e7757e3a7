package io.heliograph.cli.option;

import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.OutputBudget;
import io.heliograph.cli.console.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the output of all commands. */
public final class OutputOptions {

    private @Nullable Boolean pretty;

    @Option(
            order = 81,
            names = "--max-output",
            paramLabel = "SIZE",
            defaultValue = "256MiB",
            converter = SizeConverter.class,
            description = "Maximum size of the printed events per minute; further events are dropped and counted"
                    + " (default: ${DEFAULT-VALUE}).")
    int maxOutput;

    @Option(
            order = 80,
            names = "--pretty",
            negatable = true,
            description = "Prints columns for people instead of JSON lines (default: on a terminal).")
    void pretty(boolean pretty) {
        this.pretty = pretty;
    }

    /** Returns the printer of a command. */
    EventPrinter printer(Terminal terminal) {
        boolean columns = pretty == null ? terminal.style() != Terminal.Style.JSON : pretty;
        return new EventPrinter(terminal, columns, new OutputBudget(maxOutput));
    }
}
