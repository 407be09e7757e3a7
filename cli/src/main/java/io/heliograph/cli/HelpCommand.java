package io.heliograph.cli;

import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code helio help}: prints the help of a command. */
@Command(
        name = "help",
        description = {"Prints the help of a command, as --help does.", ""},
        footer = {"", "Examples:", "  helio help", "  helio help rpc call"})
final class HelpCommand extends BaseCommand {

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Command and subcommand (default: helio).")
    List<String> names = new ArrayList<>();

    HelpCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        CommandLine command = spec.root().commandLine();
        for (String name : names) {
            CommandLine next = command.getSubcommands().get(name);
            if (next == null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "'" + name + "' (expected: one of "
                                + String.join(", ", command.getSubcommands().keySet()) + ")");
            }
            command = next;
        }
        command.usage(command.getOut());
        return ExitCode.SUCCESS;
    }
}
