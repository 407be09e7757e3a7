package io.heliograph.realtime.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** Log lines of a test, which are written to standard error. */
final class CapturedLog implements AutoCloseable {

    private final PrintStream error = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    CapturedLog() {
        System.setErr(new PrintStream(log, true, UTF_8));
    }

    String text() {
        return log.toString(UTF_8);
    }

    /** Returns the lines of warnings that contain {@code part}. */
    List<String> warnings(String part) {
        return text().lines()
                .filter(line -> line.contains("WARN ") && line.contains(part))
                .toList();
    }

    @Override
    public void close() {
        System.setErr(error);
    }
}
