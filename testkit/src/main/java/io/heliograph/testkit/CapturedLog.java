package io.heliograph.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Captures standard error, to which tests log. The close of the capture restores standard error and writes the captured
 * text to it.
 */
public final class CapturedLog implements AutoCloseable {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

    public CapturedLog() {
        System.setErr(new PrintStream(captured, true, UTF_8));
    }

    /** Returns the text so far. */
    public String text() {
        return captured.toString(UTF_8);
    }

    /** Returns the lines that contain a text. */
    public List<String> lines(String text) {
        return text().lines().filter(line -> line.contains(text)).toList();
    }

    /** Returns the lines of warnings that contain a text. */
    public List<String> warnings(String text) {
        return lines(text).stream().filter(line -> line.contains("WARN ")).toList();
    }

    /**
     * Returns the events that contain a text, each with its stack if it has one. Other endpoints may log at the same
     * time, including summaries of failures of earlier tests.
     */
    public List<String> events(String text) {
        List<String> events = new ArrayList<>();
        for (String line : lines("")) {
            if (line.startsWith("[") || events.isEmpty()) {
                events.add(line);
            } else {
                events.add(events.removeLast() + "\n" + line);
            }
        }
        return events.stream()
                .filter(event -> event.contains(text) && !event.contains("Failures repeated"))
                .toList();
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(text());
    }
}
