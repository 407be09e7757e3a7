package io.heliograph.cli.realtime;

import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code helio token show}: prints the content of a token without a key. */
@Command(
        name = "show",
        description = {"Prints the header and claims of a token. Needs no key: does not verify the signature.", ""},
        footer = {"", "Example:", "  helio token show - < token"})
final class TokenShowCommand extends BaseCommand {

    @Parameters(paramLabel = "TOKEN", description = "Token; - reads standard input.")
    @SuppressWarnings("NullAway.Init")
    String token;

    TokenShowCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws IOException {
        terminal.out()
                .addLine(
                        SignedToken.parse(SignedToken.argument(token, terminal)).describe());
        return ExitCode.SUCCESS;
    }
}
