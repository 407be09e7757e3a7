package io.heliograph.ipc;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.unix.SocketFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Validation of socket file paths. */
final class SocketFileNames {

    private SocketFileNames() {}

    /** Returns {@code path} if it is a valid socket file path; errors use the messages of the npm package. */
    static Path checked(@Nullable Path path) {
        String name = path == null ? "" : path.toString();
        if (path == null || name.isEmpty()) {
            throw new IllegalArgumentException("Invalid value for 'options.socketFile' (" + path + "): Is empty");
        }
        checkArgument(
                !name.chars().allMatch(c -> c >= '0' && c <= '9'),
                "Invalid value for 'options.socketFile' (%s): Looks like a port",
                name);
        return SocketFile.checkLength(path);
    }
}
