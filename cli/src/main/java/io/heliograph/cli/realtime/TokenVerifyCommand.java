package io.heliograph.cli.realtime;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.spi.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code helio token verify}: verifies a token as the server does. */
@Command(
        name = "verify",
        description = {
            "Verifies the signature and the times of a token as helio serve does, prints its header and claims, and exits with 0 or 1.",
            ""
        },
        footer = {"", "Example:", "  helio token verify --auth-key-file key - < token"})
final class TokenVerifyCommand extends BaseCommand {

    @Parameters(paramLabel = "TOKEN", description = "Token; - reads standard input.")
    @SuppressWarnings("NullAway.Init")
    String token;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    AuthKeyOptions key;

    TokenVerifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws IOException {
        String secret = build(() -> key.required(spec));
        Tokens tokens =
                build(() -> Tokens.of(List.of(secret), Duration.ofDays(1), Duration.ZERO, InstantSource.system()));
        String signed = SignedToken.argument(token, terminal);
        try {
            tokens.verify(signed);
        } catch (AuthTokenException rejected) {
            throw new CommandFailure("the token is not valid: " + rejected.message());
        }
        terminal.out().addLine(SignedToken.parse(signed).describe());
        return ExitCode.SUCCESS;
    }
}
