package io.heliograph.cli.option;

import java.time.Duration;
import picocli.CommandLine.Option;

/** Option {@code --grace}. */
public final class GraceOption {

    /** Maximum duration of a graceful close. */
    @Option(
            order = 93,
            names = "--grace",
            paramLabel = "D",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "Maximum duration of a graceful close, which answers pending requests and flushes the queues"
                    + " (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    public Duration duration;
}
