package io.heliograph.bench;

import java.util.List;

/**
 * Workload to measure.
 *
 * @param label name in tables and options
 * @param title description
 * @param metrics metrics of the scenario, the main metric of the chart first
 */
record Scenario(String label, String title, List<Metric> metrics) {

    Scenario {
        metrics = List.copyOf(metrics);
    }

    Metric main() {
        return metrics.getFirst();
    }
}
