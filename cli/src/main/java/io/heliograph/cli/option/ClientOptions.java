package io.heliograph.cli.option;

import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of all clients over WebSocket: TLS, login, limits. */
public final class ClientOptions {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    public TlsOptions.Client tls;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    public LoginOptions login;

    /** Time-out for connecting and for a response. */
    @Option(
            order = 90,
            names = "--timeout",
            paramLabel = "D",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description =
                    "Time-out for connecting and for a response, such as 500ms or 2s (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    public Duration timeout;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    public LargeMessageOption maxMessage;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    public GraceOption grace;
}
