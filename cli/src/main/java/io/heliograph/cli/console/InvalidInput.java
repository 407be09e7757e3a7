package io.heliograph.cli.console;

/** Invalid line of standard input. The message states the value and the expected form. */
public final class InvalidInput extends Exception {

    private static final long serialVersionUID = 1L;

    public InvalidInput(String message) {
        super(message);
    }
}
