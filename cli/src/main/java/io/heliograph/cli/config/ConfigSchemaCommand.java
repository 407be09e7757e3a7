package io.heliograph.cli.config;

import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.server.config.HubConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code helio config schema}: describes all keys. */
@Command(
        name = "schema",
        description = {"Prints a JSON Schema of the configuration, for editors.", ""})
final class ConfigSchemaCommand extends BaseCommand {

    @Option(order = 1, names = "--markdown", description = "Prints a page with all keys instead.")
    boolean markdown;

    ConfigSchemaCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        terminal.out().add(markdown ? HubConfig.reference() : HubConfig.jsonSchema());
        return ExitCode.SUCCESS;
    }
}
