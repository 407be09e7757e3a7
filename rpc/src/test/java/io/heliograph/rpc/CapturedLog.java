package io.heliograph.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** The events that are logged until the capture is closed. */
final class CapturedLog implements AutoCloseable {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    CapturedLog() {
        System.setErr(new PrintStream(bytes, true, UTF_8));
    }

    private List<String> lines() {
        return bytes.toString(UTF_8).lines().toList();
    }

    /**
     * Returns the events that contain a text, each with its stack if it has one. Other endpoints may log at the same time, also the
     * number of failures of earlier tests.
     */
    List<String> events(String text) {
        List<String> events = new ArrayList<>();
        for (String line : lines()) {
            boolean first = line.startsWith("[");
            if (first || events.isEmpty()) {
                events.add(line);
            } else {
                events.add(events.removeLast() + "\n" + line);
            }
        }
        return events.stream()
                .filter(event -> event.contains(text) && !event.contains("Failures repeated"))
                .toList();
    }

    /** Waits for an event that contains a text, and returns the event. */
    String await(String text) {
        return Awaitility.await(text)
                .atMost(Duration.ofSeconds(20))
                .until(() -> events(text), found -> !found.isEmpty())
                .get(0);
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}
