package io.heliograph.cli.option;

import io.heliograph.TransportException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.transport.ConnectFailures;
import org.jspecify.annotations.Nullable;

/** Report of a client that cannot connect: address, cause and remedy. */
public final class ConnectFailure {

    private ConnectFailure() {}

    /** Returns the report for {@code failure}, with the option that helps. */
    public static CommandFailure of(Throwable failure) {
        String message = Event.messageOf(failure);
        boolean ended = message.endsWith(".") || message.endsWith("?");
        return new CommandFailure((ended ? message : message + ".") + option(failure.getCause()));
    }

    private static String option(@Nullable Throwable cause) {
        return switch (cause instanceof TransportException system ? system.code() : "") {
            case ConnectFailures.TLS_UNTRUSTED -> " Name the authority with --ca.";
            case ConnectFailures.TLS_HOST -> " --any-host accepts the certificate: for tests only.";
            case ConnectFailures.TLS_REFUSED -> " Name a client certificate with --cert and --key.";
            default -> "";
        };
    }
}
