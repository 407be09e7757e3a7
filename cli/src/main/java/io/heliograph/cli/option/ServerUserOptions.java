package io.heliograph.cli.option;

import io.heliograph.TransportException;
import io.heliograph.ipc.IpcClient;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Servers to which clients over a Unix socket send: by default only those of this user and root. */
public final class ServerUserOptions {

    @Option(
            names = "--server-user",
            paramLabel = "USER",
            description =
                    "Accepts a server of this user only, by name or number, as reported by the kernel; may be repeated"
                            + " (default: this user and root).")
    List<String> users = new ArrayList<>();

    @Option(names = "--any-directory", description = "Accepts a socket file that another user could replace.")
    boolean anyDirectory;

    /** Sets these options in a builder. */
    public IpcClient.Builder applyTo(IpcClient.Builder builder) {
        if (!users.isEmpty()) {
            builder.allowedServerUsers(users.toArray(String[]::new));
        }
        return builder.checkDirectory(!anyDirectory);
    }

    /**
     * Returns the remedy for a failed attempt to connect.
     *
     * @param otherwise remedy for a server that is missing
     */
    public static String remedy(Throwable failure, String otherwise) {
        return switch (failure.getCause() instanceof TransportException system ? system.code() : "") {
            case "EPERM" ->
                "Name the user with --server-user, or accept a file that others could replace with --any-directory.";
            case "EACCES" -> "Name the user of the server with --server-user. The file must be writable for this user.";
            default -> otherwise;
        };
    }
}
