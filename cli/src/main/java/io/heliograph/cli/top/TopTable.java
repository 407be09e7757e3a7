package io.heliograph.cli.top;

import io.heliograph.internal.Printable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Table of a list, for people. Text of clients is escaped. */
final class TopTable {

    private static final int MAX_CELL = 60;

    private record Column(String title, boolean right, Function<Map<String, Object>, String> cell) {}

    private final List<Column> columns = new ArrayList<>();

    private TopTable() {}

    static TopTable of(TopView view, Instant now) {
        TopTable table = new TopTable();
        switch (view) {
            case CONNECTIONS ->
                table.text("ID", "id")
                        .text("PRINCIPAL", "principal")
                        .text("PROTOCOL", "protocol")
                        .right("IN/S", row -> Amounts.count(number(row, "receivedPerSecond")))
                        .right("OUT/S", row -> Amounts.count(number(row, "sentPerSecond")))
                        .right("QUEUED", row -> Amounts.bytes(number(row, "queuedBytes")))
                        .right("CALLS", row -> Amounts.count(number(row, "activeCalls")))
                        .right("AGE", row -> Amounts.age(since(row, "since", now)))
                        .right("CHANNELS", row -> Amounts.count(number(row, "channels")));
            case CHANNELS ->
                table.text("CHANNEL", "channel")
                        .right("SUBSCRIPTIONS", row -> Amounts.count(number(row, "subscriptions")))
                        .right("PUBLICATIONS", row -> Amounts.count(number(row, "publications")))
                        .right("BYTES", row -> Amounts.bytes(number(row, "bytes")));
            case PROCEDURES ->
                table.text("PROCEDURE", "procedure")
                        .text("PROTOCOL", "protocol")
                        .right("CALLS", row -> Amounts.count(number(row, "calls")))
                        .right("FAILURES", row -> Amounts.count(number(row, "failures")))
                        .right("P50", row -> Amounts.millis(number(row, "p50Millis")))
                        .right("P95", row -> Amounts.millis(number(row, "p95Millis")))
                        .right("P99", row -> Amounts.millis(number(row, "p99Millis")));
            case CLOSED ->
                table.right("AGO", row -> Amounts.age(since(row, "at", now)))
                        .text("ID", "id")
                        .text("PRINCIPAL", "principal")
                        .text("CAUSE", "cause")
                        .right("QUEUED", row -> Amounts.bytes(number(row, "queuedBytes")))
                        .text("REASON", "reason");
            case DROPS ->
                table.right("AGO", row -> Amounts.age(since(row, "at", now)))
                        .text("PROTOCOL", "protocol")
                        .text("REASON", "reason")
                        .right("COUNT", row -> Amounts.count(number(row, "count")))
                        .text("LISTENER", "listener");
        }
        return table;
    }

    private TopTable text(String title, String name) {
        columns.add(new Column(
                title, false, row -> Printable.of(String.valueOf(row.getOrDefault(name, "")), MAX_CELL)));
        return this;
    }

    private TopTable right(String title, Function<Map<String, Object>, String> cell) {
        columns.add(new Column(title, true, cell));
        return this;
    }

    private static double number(Map<String, Object> row, String name) {
        return row.get(name) instanceof Number number ? number.doubleValue() : 0;
    }

    private static Duration since(Map<String, Object> row, String name, Instant now) {
        return Duration.between(Instant.parse(String.valueOf(row.get(name))), now);
    }

    /** Returns the lines of the table, with its head. */
    List<String> lines(List<Map<String, Object>> rows) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream().map(Column::title).toList());
        for (Map<String, Object> row : rows) {
            cells.add(columns.stream().map(column -> column.cell.apply(row)).toList());
        }
        int[] widths = new int[columns.size()];
        for (List<String> line : cells) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        return cells.stream().map(line -> line(line, widths)).toList();
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            String space = " ".repeat(widths[i] - cell.length());
            line.append(i == 0 ? "" : "  ").append(columns.get(i).right ? space + cell : cell + space);
        }
        return line.toString().stripTrailing();
    }
}
