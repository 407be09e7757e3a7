package io.heliograph.cli.realtime;

import io.heliograph.cli.option.DurationConverter;
import io.heliograph.server.config.HubConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the drain at the end of a server, which are keys of the configuration. */
final class DrainOptions {

    @Option(
            order = 92,
            names = "--drain-mode",
            paramLabel = "MODE",
            description =
                    "Where clients connect again after the end: restart, to the next process at this address; rolling,"
                            + " to other servers or a process that shares the port (default: restart).")
    @Nullable
    String mode;

    @Option(
            order = 92,
            names = "--drain-time",
            paramLabel = "D",
            converter = DurationConverter.class,
            description =
                    "Time over which clients are spread at the end: their close in mode rolling, their next attempt in"
                            + " mode restart (default: 20s).")
    @Nullable
    Duration time;

    /** Adds the options that are set. */
    void addTo(HubConfig.Sources sources) {
        if (mode != null) {
            sources.set("drain.mode", mode, "--drain-mode");
        }
        if (time != null) {
            sources.set("drain.time", time.toMillis() + "ms", "--drain-time");
        }
    }
}
