package io.heliograph.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ProtocolViolationException;
import io.heliograph.endpoint.LogLimiter;
import io.heliograph.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventPrinterTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private EventPrinter printer(Terminal.Style style, int bytesPerMinute) {
        return new EventPrinter(
                terminal(style), style != Terminal.Style.JSON, new OutputBudget(bytesPerMinute, () -> 0));
    }

    private CompletableFuture<Terminal> made = new CompletableFuture<>();

    private Terminal terminal(Terminal.Style style) {
        Terminal terminal = Terminal.of(
                InputStream.nullInputStream(),
                out,
                OutputStream.nullOutputStream(),
                style,
                new CompletableFuture<>(),
                hangup -> {});
        made = CompletableFuture.completedFuture(terminal);
        return terminal;
    }

    private List<String> lines() {
        Await.value(made.join().out().drained());
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void eventHasNameAndTimeFirst() {
        printer(Terminal.Style.JSON, 1000)
                .print(Event.of("open").text("id", "a\u001b\"").number("n", 7));

        assertThat(lines())
                .singleElement()
                .asString()
                .matches("\\{\"event\":\"open\",\"time\":\"[0-9T:.-]+Z\",\"id\":\"a\\\\u001b\\\\\"\",\"n\":7}");
    }

    @Test
    void resultHasNeitherNameNorTime() {
        printer(Terminal.Style.JSON, 1000).print(Event.result(Json.payload("[1]")));
        assertThat(lines()).containsExactly("{\"result\":[1]}");
    }

    @Test
    void resultInColumnsIsTheValueAlone() {
        EventPrinter printer = printer(Terminal.Style.COLUMNS, 1000);
        printer.print(Event.result(Json.payload("{\"a\":1}")));
        printer.print(Event.answer(Json.payload("\"text\"")));
        printer.print(Event.answer(Json.payload("null")));

        assertThat(lines()).containsExactly("{\"a\":1}", "text", "null");
    }

    @Test
    void repeatedFailureOfOneKindIsPrintedOnce() {
        EventPrinter printer = printer(Terminal.Style.JSON, 100_000);
        for (int i = 0; i < 100; i++) {
            printer.print(Event.failure("warning", new ProtocolViolationException("bad frame " + i, null)));
            printer.print(Event.failure("error", new ProtocolViolationException("bad frame " + i, null)));
        }
        printer.print(Event.failure("error", new ProtocolViolationException("one more", null))
                .unlimited());

        assertThat(lines()).hasSize(3);
        assertThat(lines().get(0)).contains("\"warning\"", "bad frame 0");
        assertThat(lines().get(1)).contains("\"error\"", "bad frame 0");
        assertThat(lines().get(2)).contains("one more");
    }

    @Test
    void failureAfterTheIntervalHasTheNumberOfRepetitions() {
        AtomicLong nanos = new AtomicLong();
        EventPrinter printer = new EventPrinter(
                terminal(Terminal.Style.JSON),
                false,
                new OutputBudget(100_000),
                new LogLimiter(Duration.ofSeconds(10), nanos::get));
        for (int i = 0; i < 4; i++) {
            printer.print(Event.failure("error", new ProtocolViolationException("bad frame", null)));
        }
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        printer.print(Event.failure("error", new ProtocolViolationException("bad frame", null)));

        assertThat(lines()).hasSize(2);
        assertThat(lines().get(0)).doesNotContain("repeated");
        assertThat(lines().get(1)).endsWith("\"repeated\":3}");

        printer.print(Event.failure("error", new ProtocolViolationException("bad frame", null)));
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        printer.print(Event.failure("error", new ProtocolViolationException("bad frame", null)));
        assertThat(lines().get(2)).endsWith("\"repeated\":1}");
    }

    @Test
    void eventsBeyondTheBudgetAreDroppedAndCounted() {
        EventPrinter printer = printer(Terminal.Style.JSON, 200);
        for (int i = 0; i < 10; i++) {
            printer.print(Event.of("message").number("n", i));
        }
        printer.print(Event.result(Json.payload("\"" + "x".repeat(1000) + "\"")));
        printer.close();
        printer.close();

        assertThat(lines()).hasSize(5);
        assertThat(lines().subList(0, 3)).allMatch(line -> line.contains("\"message\""));
        assertThat(lines().get(3)).startsWith("{\"result\":\"xxx");
        assertThat(lines().get(4)).contains("\"dropped\"", "\"count\":7", "--max-output");
    }

    @Test
    void columnsAreCut() {
        EventPrinter printer = printer(Terminal.Style.COLUMNS, 100_000);
        printer.print(Event.of("data").text("data", "x".repeat(10_000)).text("more", "y"));
        printer.print(Event.of("data").text("data", "\ud83d\ude00".repeat(5000)));

        assertThat(lines()).allMatch(line -> line.length() <= EventPrinter.MAX_COLUMNS + 1 && line.endsWith("…"));
        assertThat(lines())
                .allMatch(line -> StandardCharsets.UTF_16.newEncoder().canEncode(line));
    }

    @Test
    void cutColumnsEndTheirColor() {
        printer(Terminal.Style.COLOR, 100_000).print(Event.of("message").text("topic", "x".repeat(10_000)));
        assertThat(lines()).singleElement().asString().endsWith("\u001b[0m…");
    }
}
