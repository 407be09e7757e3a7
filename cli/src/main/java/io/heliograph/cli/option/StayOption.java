package io.heliograph.cli.option;

import picocli.CommandLine.Option;

/** Option {@code --stay} of commands that send standard input. */
public final class StayOption {

    /** Whether the command continues at the end of standard input. */
    @Option(names = "--stay", description = "Stays connected at the end of standard input.")
    public boolean enabled;
}
