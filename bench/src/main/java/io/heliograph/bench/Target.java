package io.heliograph.bench;

import java.util.List;
import java.util.Locale;
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

    static final List<Target> ALL =
            List.of(
                    latency(Contestant.DIRECT, Contestant.NPM, Scenario.LATENCY_64, 0.8),
                    latency(Contestant.DIRECT, Contestant.NPM, Scenario.LATENCY_4K, 0.8),
                    latency(Contestant.DIRECT, Contestant.RAW, Scenario.LATENCY_64, 1.7),
                    latency(Contestant.DIRECT, Contestant.RAW, Scenario.LATENCY_4K, 1.7),
                    latency(Contestant.VIRTUAL, Contestant.NPM, Scenario.LATENCY_64, 2),
                    latency(Contestant.VIRTUAL, Contestant.NPM, Scenario.LATENCY_4K, 2),
                    rate(Contestant.DIRECT, Contestant.NPM, 3),
                    rate(Contestant.VIRTUAL, Contestant.NPM, 3));

    private static Target latency(
            Contestant ours, Contestant other, Scenario scenario, double limit) {
        return new Target(ours, other, scenario, Metric.P50, true, limit);
    }

    private static Target rate(Contestant ours, Contestant other, double limit) {
        return new Target(ours, other, Scenario.THROUGHPUT, Metric.RATE, false, limit);
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
        return String.format(
                        Locale.ROOT,
                        "%s %s %s %s %.1f × %s",
                        ours.label,
                        scenario.label,
                        scenario.isLatency() ? metric.label : "",
                        atMost ? "≤" : "≥",
                        limit,
                        other.label)
                .replace("  ", " ");
    }
}
