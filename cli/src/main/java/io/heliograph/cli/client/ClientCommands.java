package io.heliograph.cli.client;

import io.heliograph.cli.console.Terminal;
import picocli.CommandLine;

/** Commands of clients whose protocol the address selects. */
public final class ClientCommands {

    private ClientCommands() {}

    /** Adds the commands to {@code helio}. */
    public static void addTo(CommandLine helio, Terminal terminal) {
        helio.addSubcommand(new SubCommand(terminal))
                .addSubcommand(new PubCommand(terminal))
                .addSubcommand(new CallCommand(terminal))
                .addSubcommand(new TransmitCommand(terminal))
                .addSubcommand(new ConnectCommand(terminal));
    }
}
