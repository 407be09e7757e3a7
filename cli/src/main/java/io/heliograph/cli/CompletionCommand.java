package io.heliograph.cli;

import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code helio completion}: prints a script for the shell. */
@Command(
        name = "completion",
        description = {"Prints a script that completes commands and options in bash and zsh.", ""},
        footer = {"", "Example:", "  source <(helio completion)"})
final class CompletionCommand extends BaseCommand {

    CompletionCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        terminal.out().add(AutoComplete.bash("helio", spec.root().commandLine()));
        return ExitCode.SUCCESS;
    }
}
