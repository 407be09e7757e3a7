package io.heliograph.cli.console;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Standard streams and signals of a command.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error, for one line per failure
 * @param style form of the output
 * @param interrupted completes at SIGINT or SIGTERM
 * @param onHangup installs the action of SIGHUP, which otherwise ends the command as SIGTERM does
 * @param interactive whether a person types at standard input and reads standard output
 */
public record Terminal(
        InputStream in,
        OutputQueue out,
        OutputQueue err,
        Style style,
        CompletableFuture<Void> interrupted,
        Consumer<Runnable> onHangup,
        boolean interactive) {

    /** Form of the output, unless an option selects another. */
    public enum Style {
        /** JSON lines, for a program or a file. */
        JSON,
        /** Columns, for a terminal. */
        COLUMNS,
        /** Columns in color. */
        COLOR
    }

    /** Creates a terminal whose output never blocks. */
    public static Terminal of(
            InputStream in,
            OutputStream out,
            OutputStream err,
            Style style,
            CompletableFuture<Void> interrupted,
            Consumer<Runnable> onHangup) {
        return new Terminal(
                in,
                new OutputQueue(out, "standard output", OutputQueue.MAX_QUEUED_BYTES),
                new OutputQueue(err, "standard error", OutputQueue.MAX_QUEUED_BYTES),
                style,
                interrupted,
                onHangup,
                false);
    }

    /** Returns this terminal for a person who types at standard input. */
    public Terminal forPerson() {
        return new Terminal(in, out, err, style, interrupted, onHangup, true);
    }

    /** Returns this terminal with another standard output. */
    public Terminal withOutput(OutputStream target) {
        OutputQueue queue = new OutputQueue(target, "standard output", OutputQueue.MAX_QUEUED_BYTES);
        return new Terminal(in, queue, err, style, interrupted, onHangup, interactive);
    }
}
