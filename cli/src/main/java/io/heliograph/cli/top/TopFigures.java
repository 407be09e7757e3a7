package io.heliograph.cli.top;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a server: those of one document of statistics, with the rates since the document before.
 *
 * @param uptime time since the start of the server
 * @param ready whether the server accepts clients
 * @param connections open connections
 * @param published publications per second
 * @param delivered deliveries per second
 * @param calls calls per second
 * @param p99Millis 99 % of the calls are shorter, in milliseconds
 * @param drops drops since the document before; all for the first one
 * @param queuedBytes bytes that wait to be written
 */
record TopFigures(
        Duration uptime,
        boolean ready,
        long connections,
        double published,
        double delivered,
        double calls,
        double p99Millis,
        long drops,
        long queuedBytes) {

    static TopFigures of(@Nullable Map<String, Object> before, Map<String, Object> now) {
        double seconds = before == null
                ? Math.max(1, number(now, "uptimeSeconds"))
                : Math.max(
                        1e-3,
                        Duration.between(
                                                Instant.parse(String.valueOf(before.get("at"))),
                                                Instant.parse(String.valueOf(now.get("at"))))
                                        .toNanos()
                                / 1e9);
        return new TopFigures(
                Duration.ofSeconds((long) number(now, "uptimeSeconds")),
                Boolean.TRUE.equals(now.get("ready")),
                (long) number(now, "total", "connections"),
                difference(before, now, "exchange", "published") / seconds,
                difference(before, now, "exchange", "delivered") / seconds,
                difference(before, now, "calls", "ended") / seconds,
                number(now, "calls", "latency", "p99Millis"),
                sum(now) - (before == null ? 0 : sum(before)),
                (long) number(now, "total", "queuedBytes"));
    }

    private static double difference(@Nullable Map<String, Object> before, Map<String, Object> now, String... path) {
        return number(now, path) - (before == null ? 0 : number(before, path));
    }

    private static @Nullable Object find(Map<String, Object> document, String... path) {
        Object value = document;
        for (String name : path) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value;
    }

    private static double number(Map<String, Object> document, String... path) {
        return find(document, path) instanceof Number number ? number.doubleValue() : 0;
    }

    private static long sum(Map<String, Object> document) {
        return find(document, "total", "drops") instanceof Map<?, ?> drops
                ? drops.values().stream()
                        .mapToLong(count -> count instanceof Number number ? number.longValue() : 0)
                        .sum()
                : 0;
    }

    /** Returns the figures by name, for programs. */
    Map<String, Number> json() {
        Map<String, Number> json = new LinkedHashMap<>();
        json.put("uptimeSeconds", uptime.toSeconds());
        json.put("connections", connections);
        json.put("publishedPerSecond", rounded(published));
        json.put("deliveredPerSecond", rounded(delivered));
        json.put("callsPerSecond", rounded(calls));
        json.put("p99Millis", p99Millis);
        json.put("drops", drops);
        json.put("queuedBytes", queuedBytes);
        return json;
    }

    private static double rounded(double rate) {
        return Math.round(rate * 10) / 10.0;
    }

    /** Returns a line for people. */
    String line() {
        return String.join(
                "   ",
                List.of(
                        "up " + clock(uptime) + (ready ? "" : "  NOT READY"),
                        String.format(Locale.ROOT, "%,d connections", connections),
                        Amounts.count(published) + " pub/s",
                        Amounts.count(delivered) + " del/s",
                        Amounts.count(calls) + " calls/s",
                        "p99 " + Amounts.millis(p99Millis),
                        Amounts.bytes((double) queuedBytes) + " queued",
                        String.format(Locale.ROOT, "%,d drops", drops)));
    }

    private static String clock(Duration time) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }
}
