package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Terminal;
import picocli.CommandLine;

/** Commands of realtime servers and clients. */
public final class RealtimeCommands {

    private RealtimeCommands() {}

    /** Adds the commands to {@code helio}. */
    public static void addTo(CommandLine helio, Terminal terminal) {
        helio.addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new SubCommand(terminal))
                .addSubcommand(new PubCommand(terminal))
                .addSubcommand(new InvokeCommand(terminal))
                .addSubcommand(new TransmitCommand(terminal));
    }
}
