package io.heliograph.cli;

import io.heliograph.TransportException;

/** What to say where a server could not listen on its port. */
final class PortFailure {

    private PortFailure() {}

    /**
     * What happened, and what to do.
     *
     * @param port how this command is told its port: {@code --port}, or {@code port} for one that stands without a name
     */
    static CommandFailure of(Throwable failure, String port) {
        Throwable cause = Event.unwrapped(failure);
        String message = Event.messageOf(cause);
        String code = cause instanceof TransportException system ? system.code() : "";
        String reason = message.contains(code) ? message : message + " (" + code + ")";
        String remedy = switch (code) {
            case "EADDRINUSE" -> "Stop what uses the port, or choose another one; " + port + " 0 takes a free one.";
            case "EACCES" -> "Choose a " + port + " above 1023.";
            default -> "Choose another --host or " + port + ".";
        };
        return new CommandFailure(reason + ". " + remedy);
    }
}
