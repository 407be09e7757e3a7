package io.heliograph.cli.config;

import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.ConfigOptions;
import io.heliograph.server.Hub;
import io.heliograph.server.config.HubConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code helio config check}: reports all errors of a configuration, without a start. */
@Command(
        name = "check",
        description = {
            "Reads a configuration, its environment and the files that it names; prints each key with its value and its"
                    + " source, or all errors, and exits with 0 or 2. Opens no port.",
            ""
        })
final class ConfigCheckCommand extends BaseCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ConfigOptions options;

    ConfigCheckCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        HubConfig config = options.sources(spec).load();
        build(() -> {
            try {
                config.applyTo(Hub.builder()).build().close();
                return true;
            } catch (IllegalStateException unsafe) {
                throw new IllegalArgumentException(unsafe.getMessage(), unsafe);
            }
        });
        terminal.out().add(config.report());
        return ExitCode.SUCCESS;
    }
}
