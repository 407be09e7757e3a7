package io.heliograph.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Median, minimum and maximum of the rounds. */
record Spread(double median, double min, double max) {

    static Optional<Spread> of(List<Run> runs, Contestant contestant, Scenario scenario, Metric metric) {
        double[] values = runs.stream()
                .filter(run ->
                        run.contestant().equals(contestant) && run.scenario().equals(scenario))
                .map(run -> run.values().get(metric))
                .filter(value -> value != null)
                .mapToDouble(value -> value)
                .sorted()
                .toArray();
        if (values.length == 0) {
            return Optional.empty();
        }
        int middle = values.length / 2;
        double median = values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        return Optional.of(
                new Spread(median, values[0], Arrays.stream(values).max().getAsDouble()));
    }

    String format(Metric metric) {
        return metric.format(median) + " (" + metric.format(min) + "–" + metric.format(max) + ")";
    }
}
