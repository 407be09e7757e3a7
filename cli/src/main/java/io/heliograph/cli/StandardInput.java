package io.heliograph.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;

/**
 * Takes messages to send from standard input, one a line, on a thread of its own.
 *
 * @param <M> what a line holds
 */
final class StandardInput<M> {

    /** Reads a line. */
    interface Parser<M> {

        /**
         * The message of a line.
         *
         * @throws InvalidInput if it has none
         */
        M parse(String line) throws InvalidInput;
    }

    /** Sends a message; may wait until it can. */
    interface Sender<M> {

        /** Sends {@code message}, which stood in line {@code line}. */
        void send(M message, int line) throws InterruptedException;
    }

    private final InputLines lines;
    private final EventPrinter printer;
    private final Parser<M> parser;
    private final Sender<M> sender;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;

    /**
     * @param limit the longest line, in bytes
     */
    StandardInput(InputStream in, int limit, EventPrinter printer, Parser<M> parser, Sender<M> sender) {
        this.lines = new InputLines(in, limit);
        this.printer = printer;
        this.parser = parser;
        this.sender = sender;
        // A platform thread, because reading standard input blocks; a daemon, because nothing can
        // wake it from that.
        this.thread = Thread.ofPlatform().name("helio-input").daemon().unstarted(this::run);
    }

    /**
     * Starts to read. A line that is no message is told as an {@code error} event with its number, and the next one is read.
     *
     * @return completes when the input has ended and all of it was sent
     */
    CompletableFuture<Void> start() {
        thread.start();
        return ended;
    }

    /** Sends nothing more; a line that waits for a connection is dropped. */
    void stop() {
        thread.interrupt();
    }

    private void run() {
        try {
            boolean more = true;
            while (more) {
                more = sendNext();
            }
        } catch (IOException e) {
            printer.print(Event.failure("error", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ended.complete(null);
    }

    private boolean sendNext() throws IOException, InterruptedException {
        try {
            String line = lines.next();
            if (line == null) {
                return false;
            }
            if (!line.isBlank()) {
                sender.send(parser.parse(line), lines.number());
            }
        } catch (InvalidInput e) {
            printer.print(Event.of("error")
                    .text("name", "InputError")
                    .text("message", "line " + lines.number() + ": " + e.getMessage()));
        }
        return true;
    }
}
