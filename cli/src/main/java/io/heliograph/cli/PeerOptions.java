package io.heliograph.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** What the commands are told that stay with a peer, and say line by line what happens. */
final class PeerOptions {

    @Option(order = 90, names = "--pretty", description = "Columns for people instead of JSON lines.")
    boolean pretty;

    @Option(
            order = 92,
            names = "--max-queue",
            paramLabel = "SIZE",
            defaultValue = "16MiB",
            converter = SizeConverter.class,
            description = "How much may wait to be written to a peer (default: ${DEFAULT-VALUE}).")
    int maxQueue;

    @Option(
            order = 93,
            names = "--grace",
            paramLabel = "D",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long the end may take, to write what waits (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration grace;

    @Option(
            order = 99,
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;
}
