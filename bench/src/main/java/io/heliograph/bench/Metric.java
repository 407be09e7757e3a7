package io.heliograph.bench;

import java.util.Locale;

/** A number that a run yields. */
enum Metric {
    P50("p50", "µs"),
    P99("p99", "µs"),
    P999("p99.9", "µs"),
    RATE("rate", "messages/s"),
    ALLOCATED("allocated", "B/message");

    final String label;
    final String unit;

    Metric(String label, String unit) {
        this.label = label;
        this.unit = unit;
    }

    String format(double value) {
        return switch (this) {
            case P50, P99, P999 -> String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
            case RATE ->
                    value < 1e6
                            ? String.format(Locale.ROOT, "%.0f k", value / 1e3)
                            : String.format(Locale.ROOT, "%.2f M", value / 1e6);
            case ALLOCATED -> String.format(Locale.ROOT, "%.0f", value);
        };
    }
}
