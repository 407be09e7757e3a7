package io.heliograph.cli.option;

import io.heliograph.cli.console.Terminal;
import io.heliograph.codec.Payload;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Credentials of a client. */
public final class LoginOptions {

    private static final String CREDENTIALS = "credentials such as '{\"username\":\"demo\",\"password\":\"demo\"}'";

    @Option(
            order = 20,
            names = "--login",
            paramLabel = "JSON",
            description =
                    "Credentials for a login after connecting. Visible in the list of processes: prefer --login-file.")
    @Nullable
    String login;

    @Option(order = 21, names = "--login-file", paramLabel = "FILE", description = "File with the credentials.")
    @Nullable
    Path loginFile;

    /** Returns the credentials, or null if absent. */
    public @Nullable Payload credentials(CommandSpec spec, Terminal terminal) throws IOException {
        if (login != null) {
            return JsonArgument.payload(spec, terminal, "--login", login, CREDENTIALS);
        }
        return loginFile == null
                ? null
                : JsonArgument.payload(
                        spec, terminal, "--login-file", SecretFile.read(spec, "--login-file", loginFile), CREDENTIALS);
    }
}
