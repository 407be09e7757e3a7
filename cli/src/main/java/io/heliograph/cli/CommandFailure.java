package io.heliograph.cli;

/** A command could not do what it was asked to. Its message is the one line the user sees: what failed, and what to do. */
final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CommandFailure(String message) {
        super(message);
    }
}
