package io.heliograph.cli;

import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all IPC commands are told. */
final class IpcOptions {

    @Parameters(
            index = "0",
            paramLabel = "SOCKET",
            description = "The path of the socket file, at most 107 bytes (macOS: 103).")
    @SuppressWarnings("NullAway.Init")
    Path socket;

    @Option(
            order = 90,
            names = "--pretty",
            description = "Columns for people instead of JSON lines.")
    boolean pretty;

    @Option(
            order = 91,
            names = "--max-message",
            paramLabel = "SIZE",
            defaultValue = "1MiB",
            converter = SizeConverter.class,
            description =
                    "The longest message, sent or received, such as 64KiB or 10MB (default: ${DEFAULT-VALUE}).")
    int maxMessage;

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
            description =
                    "How long the end may take, to write what waits (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration grace;

    @Option(
            order = 99,
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    /** The longest line of input that can hold a message that may be sent, with room for its other members. */
    int maxLine() {
        return (int) Math.min(Integer.MAX_VALUE - 16L, 2L * maxMessage + 4096);
    }
}
