package io.heliograph.realtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** Standard error, to which the tests log, until it is closed. */
final class CapturedLog implements AutoCloseable {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

    CapturedLog() {
        System.setErr(new PrintStream(captured, true, UTF_8));
    }

    /** Returns the lines of the log that contain a text. */
    List<String> lines(String text) {
        return captured.toString(UTF_8)
                .lines()
                .filter(line -> line.contains(text))
                .toList();
    }

    /** Returns all lines of the log. */
    List<String> lines() {
        return lines("");
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(captured.toString(UTF_8));
    }
}
