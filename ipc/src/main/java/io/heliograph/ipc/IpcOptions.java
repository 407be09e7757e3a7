package io.heliograph.ipc;

import io.heliograph.Overflow;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.unix.ServerCheck;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Options that servers and clients share. Immutable.
 *
 * @param transcoder the custom wire format; null for JSON
 */
record IpcOptions(
        Path socketFile,
        EndpointOptions endpoint,
        Overflow slowConsumer,
        int maxDepth,
        @Nullable Transcoder transcoder) {

    /**
     * Options of a server.
     *
     * @param allowedUsers names or ids of the users that may connect; null for the default of the file mode
     */
    record Server(
            IpcOptions shared,
            Set<PosixFilePermission> fileMode,
            boolean checkDirectory,
            boolean takeOver,
            @Nullable List<String> allowedUsers,
            int maxConnections,
            long maxUnfinishedBytes,
            long maxPendingBytes) {}

    /** Options of a client. */
    record Client(
            IpcOptions shared,
            ServerCheck server,
            ReconnectPolicy reconnect,
            Duration connectTimeout,
            RandomGenerator random) {}
}
