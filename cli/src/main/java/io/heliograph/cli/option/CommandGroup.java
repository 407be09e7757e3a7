package io.heliograph.cli.option;

import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;

/** Base of commands that only have subcommands: prints the help. */
public abstract class CommandGroup extends BaseCommand {

    protected CommandGroup(Terminal terminal) {
        super(terminal);
    }

    @Override
    public final Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return ExitCode.SUCCESS;
    }
}
