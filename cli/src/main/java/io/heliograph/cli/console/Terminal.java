package io.heliograph.cli.console;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;

/**
 * Standard streams and signals of a command.
 *
 * @param in standard input
 * @param out standard output, unbuffered, so that a failed write is reported
 * @param err standard error, for one line per failure
 * @param color whether standard output is a terminal with color
 * @param interrupted completes at SIGINT or SIGTERM
 */
public record Terminal(
        InputStream in, OutputStream out, PrintWriter err, boolean color, CompletableFuture<Void> interrupted) {}
