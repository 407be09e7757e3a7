package io.heliograph.cli;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
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

    @Mixin
    @SuppressWarnings("NullAway.Init")
    PeerOptions peer;

    @Option(
            order = 91,
            names = "--max-message",
            paramLabel = "SIZE",
            defaultValue = "1MiB",
            converter = SizeConverter.class,
            description = "The longest message, sent or received, such as 64KiB or 10MB (default: ${DEFAULT-VALUE}).")
    int maxMessage;

    /** The longest line of input that can hold a message that may be sent, with room for its other members. */
    int maxLine() {
        return (int) Math.min(Integer.MAX_VALUE - 16L, 2L * maxMessage + 4096);
    }
}
