package io.heliograph.cli.config;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.CommandGroup;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code helio config}: checks and describes configurations. */
@Command(
        name = "config",
        description = "Checks a configuration of helio serve, and describes its keys.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  helio config check --config helio.yaml",
            "  helio config schema > helio.schema.json"
        })
public final class ConfigCommand extends CommandGroup {

    private ConfigCommand(Terminal terminal) {
        super(terminal);
    }

    /** Returns this command and its subcommands. */
    public static CommandLine with(Terminal terminal) {
        return new CommandLine(new ConfigCommand(terminal))
                .addSubcommand(new ConfigCheckCommand(terminal))
                .addSubcommand(new ConfigSchemaCommand(terminal));
    }
}
