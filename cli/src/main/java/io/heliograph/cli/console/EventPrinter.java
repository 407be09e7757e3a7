package io.heliograph.cli.console;

import io.heliograph.cli.console.Event.Member;
import io.heliograph.endpoint.LogLimiter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * Writer of events to standard output, one line per event: JSON for programs, columns for people.
 *
 * <p>Never blocks. Thread-safe. What a peer causes is limited: a failure that repeats is printed once per 10 seconds with the
 * number of repetitions, columns are cut at {@value #MAX_COLUMNS} characters, and beyond the limit of the output per minute events
 * are dropped and counted. The result of a command is always printed.
 */
public final class EventPrinter {

    /** Maximum number of characters of an event in columns. */
    static final int MAX_COLUMNS = 2000;

    private static final int EVENT_WIDTH = 12;
    private static final int ID_WIDTH = 8;
    private static final int TOPIC_WIDTH = 12;

    private final OutputQueue out;
    private final boolean pretty;
    private final boolean color;
    private final OutputBudget budget;
    private final LogLimiter failures;

    /**
     * @param pretty columns instead of JSON
     * @param budget limit of the output
     */
    public EventPrinter(Terminal terminal, boolean pretty, OutputBudget budget) {
        this(terminal, pretty, budget, new LogLimiter());
    }

    EventPrinter(Terminal terminal, boolean pretty, OutputBudget budget, LogLimiter failures) {
        this.failures = failures;
        this.out = terminal.out();
        this.pretty = pretty;
        this.color = terminal.style() == Terminal.Style.COLOR;
        this.budget = budget;
        out.notice(count -> format(dropped(count, "standard output is not read")));
    }

    /**
     * Returns a future that completes when standard output cannot be written: normally if it was closed, else with a {@link
     * CommandFailure}.
     */
    public CompletableFuture<Void> broken() {
        return out.broken();
    }

    /** Whether the output is for people, in columns. */
    public boolean isColumns() {
        return pretty;
    }

    /** Prints a line of text for people, which is no event. */
    public void printLine(String line) {
        out.addLine(line);
    }

    public void print(Event event) {
        String kind = event.failureKind();
        if (kind != null) {
            long repeated = failures.permit(kind);
            if (repeated == LogLimiter.SUPPRESSED) {
                return;
            }
            if (repeated > 0) {
                event.number("repeated", repeated);
            }
        }
        String line = format(event);
        if (event.name().isEmpty()) {
            out.add(line);
            return;
        }
        synchronized (budget) {
            if (budget.take(line.getBytes(StandardCharsets.UTF_8).length)) {
                long count = budget.takeDropped();
                if (count > 0) {
                    out.add(format(dropped(count, "more output than --max-output permits")));
                }
                out.add(line);
            }
        }
    }

    /** Prints the number of events that were dropped since the last one that was printed. */
    public void close() {
        synchronized (budget) {
            long count = budget.takeDropped();
            if (count > 0) {
                out.add(format(dropped(count, "more output than --max-output permits")));
            }
        }
    }

    private static Event dropped(long count, String reason) {
        return Event.of("dropped").number("count", count).text("reason", reason);
    }

    private String format(Event event) {
        return pretty ? columns(event) : json(event);
    }

    private static String json(Event event) {
        StringBuilder line = new StringBuilder(128).append('{');
        if (!event.name().isEmpty()) {
            line.append("\"event\":");
            Json.appendQuoted(event.name(), line);
            line.append(",\"time\":\"")
                    .append(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                    .append('"');
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

    /** Time, event, first characters of the client id, topic, message; further members in their order. The result of a command alone. */
    private String columns(Event event) {
        StringBuilder line = new StringBuilder(128);
        if (event.name().isEmpty()) {
            event.members().forEach(member -> line.append(bare(member.json())));
            return line.append('\n').toString();
        }
        paint(line, "2", LocalTime.now(ZoneId.systemDefault()).format(Clock.FORMAT));
        line.append("  ");
        paint(line, colorOf(event.name()), pad(event.name(), EVENT_WIDTH));
        boolean message = event.name().equals("message");
        for (Member member : event.members()) {
            line.append("  ");
            String json = member.json();
            switch (member.name()) {
                case "clientId" -> paint(line, "36", message ? shortened(bare(json)) : bare(json));
                case "topic", "channel" -> paint(line, "1", pad(bare(json), TOPIC_WIDTH));
                case "message" -> line.append(message ? json : bare(json));
                default -> line.append(bare(json));
            }
            if (line.length() > MAX_COLUMNS) {
                int end = Character.isHighSurrogate(line.charAt(MAX_COLUMNS - 1)) ? MAX_COLUMNS - 1 : MAX_COLUMNS;
                line.setLength(end);
                line.append(color ? "\u001b[0m…" : "…");
                break;
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
            case "error", "connectError", "warning", "dropped" -> "31";
            case "message" -> "34";
            case "disconnect", "disconnection", "close" -> "33";
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
