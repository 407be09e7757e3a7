package io.heliograph.bench;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A promise for a machine with two cores: the ratio of two medians, or a number by itself.
 *
 * @param other whose median is compared with; null if the number counts by itself
 * @param atMost whether the limit is an upper one
 */
record Target(
        Contestant ours, @Nullable Contestant other, Scenario scenario, Metric metric, boolean atMost, double limit) {

    /** The main metric is to be at most {@code limit} times the other's. */
    static Target atMost(Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, scenario.main(), true, limit);
    }

    /** The main metric is to be at least {@code limit} times the other's. */
    static Target atLeast(Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, scenario.main(), false, limit);
    }

    /** The metric is to be at most {@code limit}: its median, or of what is the worst already the greatest. */
    static Target below(Contestant ours, Scenario scenario, Metric metric, double limit) {
        return new Target(ours, null, scenario, metric, true, limit);
    }

    /** What is compared with the limit; empty if it was not measured. */
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
