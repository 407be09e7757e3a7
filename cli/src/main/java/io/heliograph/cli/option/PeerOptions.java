package io.heliograph.cli.option;

import java.time.Duration;
import picocli.CommandLine.Option;

/** Options of commands that keep a connection open: output format, queue limit, graceful close. */
public final class PeerOptions {

    /** Columns instead of JSON lines. */
    @Option(order = 90, names = "--pretty", description = "Prints columns for people instead of JSON lines.")
    public boolean pretty;

    /** Limit of the send queue of each peer, in bytes. */
    @Option(
            order = 92,
            names = "--max-queue",
            paramLabel = "SIZE",
            defaultValue = "16MiB",
            converter = SizeConverter.class,
            description = "Maximum size of the send queue of a peer (default: ${DEFAULT-VALUE}).")
    public int maxQueue;

    /** Maximum duration of a graceful close. */
    @Option(
            order = 93,
            names = "--grace",
            paramLabel = "D",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "Maximum duration of a graceful close, which flushes the queues (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    public Duration grace;
}
