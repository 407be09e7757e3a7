package io.heliograph.cli.ipc;

import io.heliograph.cli.option.MaxMessageOption;
import io.heliograph.cli.option.PeerOptions;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Options of all IPC commands. */
final class IpcOptions {

    @Parameters(
            index = "0",
            paramLabel = "SOCKET",
            description = "Path of the socket file, at most 107 bytes (macOS: 103).")
    @SuppressWarnings("NullAway.Init")
    Path socket;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    PeerOptions peer;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    MaxMessageOption maxMessage;
}
