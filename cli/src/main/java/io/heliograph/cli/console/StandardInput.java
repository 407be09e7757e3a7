package io.heliograph.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;

/**
 * Sends the lines of standard input as messages, on a dedicated thread.
 *
 * @param <M> type of a parsed line
 */
public final class StandardInput<M> {

    /** Parser of a line. */
    public interface Parser<M> {

        /**
         * Returns the message of a line.
         *
         * @throws InvalidInput if the line is not a valid message
         */
        M parse(String line) throws InvalidInput;
    }

    /** Sender of messages; may block. */
    public interface Sender<M> {

        /** Sends the message of the line number {@code line}. */
        void send(M message, int line) throws InterruptedException;
    }

    private final InputLines lines;
    private final EventPrinter printer;
    private final Parser<M> parser;
    private final Sender<M> sender;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;

    /**
     * @param limit maximum length of a line, in bytes
     */
    public StandardInput(InputStream in, int limit, EventPrinter printer, Parser<M> parser, Sender<M> sender) {
        this.lines = new InputLines(in, limit);
        this.printer = printer;
        this.parser = parser;
        this.sender = sender;
        // A daemon platform thread: a blocking read of standard input cannot be interrupted.
        this.thread = Thread.ofPlatform().name("helio-input").daemon().unstarted(this::run);
    }

    /**
     * Starts reading. An invalid line is reported as an {@code error} event with the line number.
     *
     * @return a future that completes at the end of the input, after the last message has been sent
     */
    public CompletableFuture<Void> start() {
        thread.start();
        return ended;
    }

    /** Stops sending; drops the line that is waiting for a connection. */
    public void stop() {
        thread.interrupt();
    }

    /** Returns the maximum length of a line for {@code bytes} of payload and the members around it. */
    public static int lineLimit(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE - 16L, bytes + 4096);
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
