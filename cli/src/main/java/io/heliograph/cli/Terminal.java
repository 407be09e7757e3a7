package io.heliograph.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;

/**
 * What a command is connected to.
 *
 * @param in standard input
 * @param out standard output, for what was asked for; raw, so that a failed write is seen
 * @param err standard error, for one line when something failed
 * @param color whether standard output is a terminal that shows colours
 * @param interrupted completes when the program was asked to end, by SIGINT or SIGTERM
 */
record Terminal(
        InputStream in, OutputStream out, PrintWriter err, boolean color, CompletableFuture<Void> interrupted) {}
