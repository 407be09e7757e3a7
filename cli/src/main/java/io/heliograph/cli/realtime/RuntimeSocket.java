package io.heliograph.cli.realtime;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Default socket file of a hub, in the runtime directory of the user. */
final class RuntimeSocket {

    private static final String NAME = "helio.sock";

    private RuntimeSocket() {}

    /**
     * Returns the path: {@code $XDG_RUNTIME_DIR/helio.sock}, or {@code helio-UID/helio.sock} in the directory for temporary files, whose
     * directory this method creates with mode 0700.
     *
     * @param environment variables of the environment
     * @throws CommandFailure if the directory cannot be created
     */
    static Path path(Map<String, String> environment) {
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (!runtime.isEmpty() && Files.isDirectory(Path.of(runtime))) {
            return Path.of(runtime, NAME);
        }
        String temporary = environment.getOrDefault("TMPDIR", "");
        Path parent = Path.of(temporary.isEmpty() ? "/tmp" : temporary);
        try {
            Path probe = Files.createTempFile(parent, "helio", "");
            Object user = Files.getAttribute(probe, "unix:uid");
            Files.delete(probe);
            Path directory = parent.resolve("helio-" + user);
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            return directory.resolve(NAME);
        } catch (IOException e) {
            throw new CommandFailure("cannot create a directory for the socket file in " + parent + ": "
                    + Event.messageOf(e) + ". Name a socket file with --socket, or use --no-socket.");
        }
    }

    /** Whether a server listens on a socket file. */
    static boolean isLive(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel server = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return server.isConnected();
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
