package io.heliograph.cli.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Line with history and completion at the bottom of a terminal; output appears above it. The history is not stored. */
final class LineEditor implements AutoCloseable {

    private final Terminal terminal;
    private final LineReader reader;
    private final String prompt;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /**
     * @param candidates returns the words that may follow the given ones
     */
    LineEditor(Terminal terminal, String prompt, Function<List<String>, List<String>> candidates) {
        this.terminal = terminal;
        this.prompt = prompt;
        DefaultParser parser = new DefaultParser();
        parser.setEscapeChars(new char[0]); // JSON has its own
        parser.setQuoteChars(new char[0]);
        this.reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(parser)
                .completer((line, word, found) -> complete(word, candidates, found))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    /** Opens the terminal of this process. */
    static LineEditor open(String prompt, Function<List<String>, List<String>> candidates) throws IOException {
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .nativeSignals(true)
                .build();
        return new LineEditor(terminal, prompt, candidates);
    }

    private static void complete(
            ParsedLine line, Function<List<String>, List<String>> candidates, List<Candidate> found) {
        candidates.apply(line.words().subList(0, line.wordIndex())).forEach(word -> found.add(new Candidate(word)));
    }

    /** Returns a stream whose writes, of whole lines, appear above the edited line. */
    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                reader.printAbove(new String(bytes, from, length, StandardCharsets.UTF_8));
            }
        };
    }

    /**
     * Starts to read lines, on a thread of its own.
     *
     * @param line runs a line; false ends the reading
     * @return completes at the end of the input, after Ctrl-D, or after Ctrl-C in an empty line
     */
    CompletableFuture<Void> start(Predicate<String> line) {
        Thread.ofPlatform().name("helio-editor").daemon().start(() -> {
            try {
                boolean more = true;
                while (more) {
                    more = next(line);
                }
                ended.complete(null);
            } catch (Throwable failure) {
                ended.completeExceptionally(failure);
            }
        });
        return ended.copy();
    }

    private boolean next(Predicate<String> line) {
        try {
            String text = reader.readLine(prompt).strip();
            return text.isEmpty() || line.test(text);
        } catch (UserInterruptException interrupted) {
            return !interrupted.getPartialLine().isEmpty();
        } catch (EndOfFileException end) {
            return false;
        }
    }

    /** Restores the terminal. */
    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
