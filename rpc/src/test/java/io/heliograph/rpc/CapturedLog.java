package io.heliograph.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** The lines that are logged until the capture is closed. */
final class CapturedLog implements AutoCloseable {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    CapturedLog() {
        System.setErr(new PrintStream(bytes, true, UTF_8));
    }

    List<String> lines() {
        return bytes.toString(UTF_8).lines().toList();
    }

    List<String> lines(Predicate<String> matches) {
        return lines().stream().filter(matches).toList();
    }

    /** Waits for a line that contains a text, and returns the line. */
    String await(String text) {
        return Awaitility.await(text)
                .atMost(Duration.ofSeconds(20))
                .until(() -> lines(line -> line.contains(text)), found -> !found.isEmpty())
                .get(0);
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}
