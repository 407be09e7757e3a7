package io.heliograph.cli;

import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import picocli.CommandLine.Command;

/** {@code helio version}: prints the version. */
@Command(
        name = "version",
        description = {"Prints the version, as --version does.", ""},
        footer = {"", "Example:", "  helio version"})
final class VersionCommand extends BaseCommand {

    VersionCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        terminal.out().addLine(Version.text());
        return ExitCode.SUCCESS;
    }
}
