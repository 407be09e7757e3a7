package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.CommandGroup;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code helio token}: signs, verifies and shows tokens. */
@Command(
        name = "token",
        description = "Signs, verifies and shows the JSON Web Tokens of helio serve. Never prints a key.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  helio token sign --auth-key-file key --subject ada --role admin --expires 1h",
            "  helio token verify --auth-key-file key TOKEN",
            "  helio token show - < token"
        })
public final class TokenCommand extends CommandGroup {

    private TokenCommand(Terminal terminal) {
        super(terminal);
    }

    /** Returns this command and its subcommands. */
    public static CommandLine with(Terminal terminal) {
        return new CommandLine(new TokenCommand(terminal))
                .addSubcommand(new TokenSignCommand(terminal))
                .addSubcommand(new TokenVerifyCommand(terminal))
                .addSubcommand(new TokenShowCommand(terminal));
    }
}
