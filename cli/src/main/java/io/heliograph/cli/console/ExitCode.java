package io.heliograph.cli.console;

/** Exit codes of all commands. */
public final class ExitCode {

    public static final int SUCCESS = 0;
    public static final int FAILURE = 1;
    public static final int USAGE = 2;

    /** A second signal, before the graceful close that the first one began has ended. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
