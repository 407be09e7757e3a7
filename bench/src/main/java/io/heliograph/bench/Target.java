package io.heliograph.bench;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Promised result on a machine with two cores: a limit for the ratio or the difference of two medians, or for one value.
 *
 * @param other contestant to compare with; null for a limit of one value
 * @param atMost whether the limit is an upper one
 * @param difference whether the limit is one of the difference
 */
record Target(
        Contestant ours,
        @Nullable Contestant other,
        Scenario scenario,
        Metric metric,
        boolean atMost,
        boolean difference,
        double limit) {

    /** Requires that the main metric is at most {@code limit} times the other contestant's. */
    static Target atMost(Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, scenario.main(), true, false, limit);
    }

    /** Requires that the main metric is at least {@code limit} times the other contestant's. */
    static Target atLeast(Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, scenario.main(), false, false, limit);
    }

    /**
     * Requires that the metric is at most {@code limit}: its median, or the maximum of a metric that is a worst case.
     */
    static Target below(Contestant ours, Scenario scenario, Metric metric, double limit) {
        return new Target(ours, null, scenario, metric, true, false, limit);
    }

    /** Requires that the metric is at least {@code limit}. */
    static Target above(Contestant ours, Scenario scenario, Metric metric, double limit) {
        return new Target(ours, null, scenario, metric, false, false, limit);
    }

    /** Requires that the metric is at most the other contestant's and {@code more}. */
    static Target atMostMore(Contestant ours, Contestant other, Scenario scenario, Metric metric, double more) {
        return new Target(ours, other, scenario, metric, true, true, more);
    }

    /** Returns the value to compare with the limit; empty if it was not measured. */
    Optional<Double> value(List<Run> runs) {
        Optional<Spread> mine = Spread.of(runs, ours, scenario, metric);
        if (other == null) {
            return mine.map(spread -> metric == Metric.WORST_TAKEOVER ? spread.max() : spread.median());
        }
        Optional<Spread> theirs = Spread.of(runs, other, scenario, metric);
        return mine.flatMap(a -> theirs.map(b -> difference ? a.median() - b.median() : a.median() / b.median()));
    }

    boolean isMet(double value) {
        return atMost ? value <= limit : value >= limit;
    }

    String text() {
        return ours.label()
                + " "
                + scenario.label()
                + (metric.label.equals("rate") ? "" : " " + metric.label)
                + (atMost ? " ≤ " : " ≥ ")
                + BigDecimal.valueOf(limit)
                + (other == null
                        ? " " + metric.unit
                        : difference ? " more than " + other.label() : " × " + other.label());
    }

    String format(double value) {
        return other == null || difference ? metric.format(value) : Report.ratio(value);
    }
}
