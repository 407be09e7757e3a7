package io.heliograph.cli.option;

import io.heliograph.TransportException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.internal.Failures;

/** Report of a server that cannot bind its port: the reason and the remedy. */
public final class BindFailure {

    private BindFailure() {}

    /**
     * Returns the report for {@code failure}.
     *
     * @param port the option or parameter that names the port, as the command spells it
     */
    public static CommandFailure of(Throwable failure, String port) {
        Throwable cause = Failures.unwrap(failure);
        String message = Event.messageOf(cause);
        String code = cause instanceof TransportException system ? system.code() : "";
        String reason = message.contains(code) ? message : message + " (" + code + ")";
        String remedy = switch (code) {
            case "EADDRINUSE" ->
                "Stop the program that uses the port, or choose another port; " + port + " 0 selects a free one.";
            case "EACCES" -> "Choose a " + port + " above 1023.";
            default -> "Choose another --host or " + port + ".";
        };
        return new CommandFailure(reason + ". " + remedy);
    }
}
