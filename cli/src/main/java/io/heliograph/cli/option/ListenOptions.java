package io.heliograph.cli.option;

import picocli.CommandLine.Option;

/** Options of commands that accept connections and show their messages: echo, number of connections. */
public final class ListenOptions {

    /** Whether each message is sent back to its sender. */
    @Option(names = "--echo", description = "Sends each message back to its sender.")
    public boolean echo;

    /** Limit of the open connections. */
    @Option(
            names = {"--max-connections", "--max-clients"},
            paramLabel = "N",
            defaultValue = "4096",
            description = "Maximum number of connections (default: ${DEFAULT-VALUE}).")
    public int maxConnections;
}
