package io.heliograph.bench;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * A promise: the ratio of two medians on a machine with two cores.
 *
 * @param atMost whether the limit is an upper one
 */
record Target(
        Contestant ours,
        Contestant other,
        Scenario scenario,
        Metric metric,
        boolean atMost,
        double limit) {

    /** The main metric is to be at most {@code limit} times the other's. */
    static Target atMost(Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, scenario.main(), true, limit);
    }

    /** The main metric is to be at least {@code limit} times the other's. */
    static Target atLeast(Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, scenario.main(), false, limit);
    }

    Optional<Double> ratio(List<Run> runs) {
        return Spread.of(runs, ours, scenario, metric)
                .flatMap(a ->
                        Spread.of(runs, other, scenario, metric).map(b -> a.median() / b.median()));
    }

    boolean isMet(double ratio) {
        return atMost ? ratio <= limit : ratio >= limit;
    }

    String text() {
        return ours.label()
                + " "
                + scenario.label()
                + (metric.label.equals("rate") ? "" : " " + metric.label)
                + (atMost ? " ≤ " : " ≥ ")
                + BigDecimal.valueOf(limit)
                + " × "
                + other.label();
    }
}
