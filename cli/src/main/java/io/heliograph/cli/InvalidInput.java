package io.heliograph.cli;

/** A line of standard input is not what it should be. The message says what it is and what was expected. */
final class InvalidInput extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidInput(String message) {
        super(message);
    }
}
