package io.heliograph.server.management;

import io.heliograph.server.stats.ConnectionStats;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Open connections with their rates, from a snapshot at most two seconds old that all readers share. Thread-safe. */
final class ConnectionTable {

    static final int MAX_ROWS = 1000;

    private static final long MAX_AGE_NANOS = 2_000_000_000L;

    /** Connection with its rates since the snapshot before. */
    record Row(ConnectionStats connection, double received, double sent) {}

    private static final Map<String, Comparator<Row>> ORDERS = Map.of(
            "queued",
                    Comparator.comparingLong(
                                    (Row row) -> row.connection.traffic().queuedBytes())
                            .reversed(),
            "in", Comparator.comparingDouble(Row::received).reversed(),
            "out", Comparator.comparingDouble(Row::sent).reversed(),
            "age", Comparator.comparing((Row row) -> row.connection.since()),
            "channels",
                    Comparator.comparingInt((Row row) -> row.connection.channels())
                            .reversed(),
            "principal", Comparator.comparing((Row row) -> row.connection.principal()),
            "protocol", Comparator.comparing((Row row) -> row.connection.protocol()),
            "id", Comparator.comparing((Row row) -> row.connection.id()));

    private final Supplier<List<ConnectionStats>> read;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private Map<String, Row> rows = Map.of();
    private long at;
    private boolean any;

    ConnectionTable(Supplier<List<ConnectionStats>> read, LongSupplier nanoTime) {
        this.read = read;
        this.nanoTime = nanoTime;
    }

    private synchronized Collection<Row> rows() {
        long now = nanoTime.getAsLong();
        if (any && now - at < MAX_AGE_NANOS) {
            return rows.values();
        }
        double seconds = (now - at) / 1e9;
        Map<String, Row> next = new HashMap<>();
        for (ConnectionStats each : read.get()) {
            Row before = any ? rows.get(each.id()) : null;
            next.put(
                    each.id(),
                    before == null
                            ? new Row(each, 0, 0)
                            : new Row(
                                    each,
                                    (each.traffic().framesReceived()
                                                    - before.connection
                                                            .traffic()
                                                            .framesReceived())
                                            / seconds,
                                    (each.traffic().framesSent()
                                                    - before.connection
                                                            .traffic()
                                                            .framesSent())
                                            / seconds));
        }
        rows = next;
        at = now;
        any = true;
        return next.values();
    }

    /**
     * Returns a page of the connections.
     *
     * @param order one of {@code queued}, {@code in}, {@code out}, {@code age}, {@code channels}, {@code principal}, {@code protocol}, {@code id}
     * @param search text that id, principal, protocol or address contain, in any case; empty for all
     * @throws IllegalArgumentException if the order is unknown
     */
    Map<String, Object> page(String order, boolean reversed, String search, int offset, int limit) {
        Comparator<Row> comparator = ORDERS.get(order);
        if (comparator == null) {
            throw new IllegalArgumentException("sort: '" + order + "' (expected: one of "
                    + String.join(", ", ORDERS.keySet().stream().sorted().toList()) + ")");
        }
        Comparator<Row> total =
                (reversed ? comparator.reversed() : comparator).thenComparing(row -> row.connection.id());
        Collection<Row> all = rows();
        String wanted = search.toLowerCase(Locale.ROOT);
        List<Row> matching =
                all.stream().filter(row -> matches(row.connection, wanted)).toList();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("total", all.size());
        page.put("matching", matching.size());
        page.put(
                "rows",
                matching.stream()
                        .sorted(total)
                        .skip(offset)
                        .limit(Math.min(limit, MAX_ROWS))
                        .map(ConnectionTable::json)
                        .toList());
        return page;
    }

    private static boolean matches(ConnectionStats each, String wanted) {
        return wanted.isEmpty()
                || each.id().contains(wanted)
                || each.protocol().contains(wanted)
                || each.principal().toLowerCase(Locale.ROOT).contains(wanted)
                || each.remoteAddress().toLowerCase(Locale.ROOT).contains(wanted);
    }

    private static Map<String, Object> json(Row row) {
        Map<String, Object> json = StatsJson.connection(row.connection);
        json.put("receivedPerSecond", Math.round(row.received * 10) / 10.0);
        json.put("sentPerSecond", Math.round(row.sent * 10) / 10.0);
        return json;
    }
}
