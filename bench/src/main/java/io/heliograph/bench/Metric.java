package io.heliograph.bench;

import java.util.Locale;

/** Measured quantity. */
enum Metric {
    P50("p50", "µs", "median, µs (less is better)"),
    P99("p99", "µs", ""),
    P999("p99.9", "µs", ""),
    RATE("rate", "messages/s", "messages a second (more is better)"),
    VOLUME("rate", "B/s", "bytes a second (more is better)"),
    DELIVERIES("rate", "deliveries/s", "deliveries a second (more is better)"),
    CALLS("rate", "calls/s", "calls a second (more is better)"),
    HANDSHAKES("rate", "handshakes/s", "handshakes a second (more is better)"),
    RSS("rss", "B/connection", "resident bytes for each connection (less is better)"),
    RSS_AFTER_GC("rss after gc", "B/connection", ""),
    HEAP("heap after gc", "B/connection", ""),
    ALLOCATED("allocated", "B/message", ""),
    TAKEOVER("p50", "ms", "median, ms (less is better)"),
    WORST_TAKEOVER("worst", "ms", "");

    final String label;
    final String unit;

    /** Heading in charts. */
    final String heading;

    Metric(String label, String unit, String heading) {
        this.label = label;
        this.unit = unit;
        this.heading = heading;
    }

    boolean isLatency() {
        return unit.equals("µs");
    }

    String format(double value) {
        return switch (this) {
            case P50, P99, P999, TAKEOVER, WORST_TAKEOVER ->
                String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
            case RATE, DELIVERIES, CALLS, HANDSHAKES ->
                value < 1e6
                        ? String.format(Locale.ROOT, value < 1e4 ? "%.1f k" : "%.0f k", value / 1e3)
                        : String.format(Locale.ROOT, "%.2f M", value / 1e6);
            case VOLUME -> String.format(Locale.ROOT, "%.0f M", value / 1e6);
            case RSS, RSS_AFTER_GC, HEAP, ALLOCATED -> String.format(Locale.ROOT, "%.0f", value);
        };
    }
}
