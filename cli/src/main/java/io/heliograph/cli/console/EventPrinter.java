package io.heliograph.cli.console;

import io.heliograph.cli.console.Event.Member;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * Writer of events to standard output, one line per event and write: JSON for programs, columns for people.
 *
 * <p>Thread-safe. When standard output has been closed, as by {@code head -1}, {@link #broken()} completes and further events
 * are dropped.
 */
public final class EventPrinter {

    private static final int EVENT_WIDTH = 12;
    private static final int ID_WIDTH = 8;
    private static final int TOPIC_WIDTH = 12;

    private final OutputStream out;
    private final boolean pretty;
    private final boolean color;
    private final CompletableFuture<Void> broken = new CompletableFuture<>();

    public EventPrinter(Terminal terminal, boolean pretty) {
        this.out = terminal.out();
        this.pretty = pretty;
        this.color = terminal.color();
    }

    /** Returns a future that completes when standard output has been closed. */
    public CompletableFuture<Void> broken() {
        return broken;
    }

    public void print(Event event) {
        String line = pretty ? columns(event) : json(event);
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        synchronized (out) {
            if (broken.isDone()) {
                return;
            }
            try {
                out.write(bytes);
                out.flush();
            } catch (IOException e) {
                broken.complete(null);
            }
        }
    }

    private static String json(Event event) {
        StringBuilder line = new StringBuilder(128).append('{');
        if (!event.name().isEmpty()) {
            line.append("\"event\":");
            Json.appendQuoted(event.name(), line);
        }
        for (Member member : event.members()) {
            if (line.length() > 1) {
                line.append(',');
            }
            Json.appendQuoted(member.name(), line);
            line.append(':').append(member.json());
        }
        return line.append("}\n").toString();
    }

    /** Time, event, first characters of the client id, topic, message; further members in their order. */
    private String columns(Event event) {
        StringBuilder line = new StringBuilder(128);
        paint(line, "2", LocalTime.now(ZoneId.systemDefault()).format(Clock.FORMAT));
        line.append("  ");
        paint(line, colorOf(event.name()), pad(event.name(), EVENT_WIDTH));
        boolean message = event.name().equals("message");
        for (Member member : event.members()) {
            line.append("  ");
            String json = member.json();
            switch (member.name()) {
                case "clientId" -> paint(line, "36", message ? shortened(bare(json)) : bare(json));
                case "topic" -> paint(line, "1", pad(bare(json), TOPIC_WIDTH));
                case "message" -> line.append(message ? json : bare(json));
                default -> line.append(bare(json));
            }
        }
        return line.append('\n').toString();
    }

    private void paint(StringBuilder line, String code, String text) {
        if (color) {
            line.append("\u001b[").append(code).append('m').append(text).append("\u001b[0m");
        } else {
            line.append(text);
        }
    }

    private static String colorOf(String event) {
        return switch (event) {
            case "error", "connectError" -> "31";
            case "message" -> "34";
            case "disconnect" -> "33";
            default -> "32";
        };
    }

    /** Removes the quotes of a JSON string without escapes; other values remain unchanged. */
    private static String bare(String json) {
        boolean plain = json.length() > 2 && json.charAt(0) == '"' && json.indexOf('\\') < 0;
        return plain ? json.substring(1, json.length() - 1) : json;
    }

    private static String shortened(String id) {
        return id.length() > ID_WIDTH ? id.substring(0, ID_WIDTH) : id;
    }

    private static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    /** Loaded on first use, because the format is slow to create. */
    private static final class Clock {
        static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    }
}
