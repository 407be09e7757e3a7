package io.heliograph.bench;

import java.util.List;

/**
 * What is measured.
 *
 * @param metrics what it yields, the most important first, which the chart shows
 */
record Scenario(String label, String title, List<Metric> metrics) {

    Scenario {
        metrics = List.copyOf(metrics);
    }

    Metric main() {
        return metrics.getFirst();
    }
}
