package io.heliograph.cli.management;

import io.heliograph.cli.option.SecretFile;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Address of the management listener of a server, and the secret of its requests. */
public final class ManagementOptions {

    private static final String TOKEN_VARIABLE = "HELIO_MANAGEMENT_TOKEN";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(
            paramLabel = "URL",
            arity = "0..1",
            defaultValue = "http://localhost:8100",
            description = "Management listener of the server (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String url;

    @Option(
            order = 90,
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the value of management.token (default: the variable " + TOKEN_VARIABLE + ").")
    @Nullable
    Path tokenFile;

    /**
     * Returns a client of the listener.
     *
     * @param timeout time to connect, and to answer a request
     * @throws IllegalArgumentException if the URL is invalid
     */
    public ManagementClient client(Duration timeout) {
        String token =
                tokenFile == null ? System.getenv(TOKEN_VARIABLE) : SecretFile.read(spec, "--token-file", tokenFile);
        return ManagementClient.of(url, token, timeout);
    }
}
