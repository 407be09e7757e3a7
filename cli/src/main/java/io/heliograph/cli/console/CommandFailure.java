package io.heliograph.cli.console;

/** Failure of a command. The message is one line for standard error: the reason and the remedy. */
public final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CommandFailure(String message) {
        super(message);
    }
}
