package io.heliograph.bench;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Promised result on a machine with two cores: a limit for the ratio of two medians, or for one value.
 *
 * @param other contestant to compare with; null for a limit of one value
 * @param atMost whether the limit is an upper one
 */
record Target(
        Contestant ours, @Nullable Contestant other, Scenario scenario, Metric metric, boolean atMost, double limit) {

    /** Requires that the main metric is at most {@code limit} times the other contestant's. */
    static Target atMost(Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, scenario.main(), true, limit);
    }

    /** Requires that the main metric is at least {@code limit} times the other contestant's. */
    static Target atLeast(Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, scenario.main(), false, limit);
    }

    /**
     * Requires that the metric is at most {@code limit}: its median, or the maximum of a metric that is a worst case.
     */
    static Target below(Contestant ours, Scenario scenario, Metric metric, double limit) {
        return new Target(ours, null, scenario, metric, true, limit);
    }

    /** Returns the value to compare with the limit; empty if it was not measured. */
    Optional<Double> value(List<Run> runs) {
        Optional<Spread> mine = Spread.of(runs, ours, scenario, metric);
        if (other == null) {
            return mine.map(spread -> metric == Metric.WORST_TAKEOVER ? spread.max() : spread.median());
        }
        Optional<Spread> theirs = Spread.of(runs, other, scenario, metric);
        return mine.flatMap(a -> theirs.map(b -> a.median() / b.median()));
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
                + (other == null ? " " + metric.unit : " × " + other.label());
    }

    String format(double value) {
        return other == null ? metric.format(value) : Report.ratio(value);
    }
}
