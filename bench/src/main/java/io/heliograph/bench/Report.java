package io.heliograph.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Text form of the results. */
final class Report {

    private final Suite suite;
    private final List<Run> runs;

    Report(Suite suite, List<Run> runs) {
        this.suite = suite;
        this.runs = runs;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Scenario scenario : suite.scenarios()) {
            List<Metric> metrics = scenario.metrics();
            List<List<String>> rows = rows(scenario, metrics);
            if (!rows.isEmpty()) {
                text.append(scenario.title()).append("; median of the rounds (least–greatest)\n");
                rows.addFirst(header(metrics));
                append(rows, text);
                text.append('\n');
            }
        }
        List<List<String>> targets = targets();
        if (!targets.isEmpty()) {
            text.append("Targets\n");
            append(targets, text);
        }
        return text.toString();
    }

    private List<List<String>> rows(Scenario scenario, List<Metric> metrics) {
        List<List<String>> rows = new ArrayList<>();
        for (Contestant contestant : suite.contestants()) {
            Optional<Spread> main = Spread.of(runs, contestant, scenario, metrics.getFirst());
            if (main.isEmpty()) {
                continue;
            }
            List<String> row = new ArrayList<>();
            row.add(contestant.label());
            for (Metric metric : metrics) {
                row.add(Spread.of(runs, contestant, scenario, metric)
                        .map(spread -> spread.format(metric))
                        .orElse("–"));
            }
            for (Contestant other : suite.baselines()) {
                row.add(Spread.of(runs, other, scenario, metrics.getFirst())
                        .map(base -> ratio(main.get().median() / base.median()))
                        .orElse("–"));
            }
            rows.add(row);
        }
        return rows;
    }

    private List<String> header(List<Metric> metrics) {
        List<String> header = new ArrayList<>();
        header.add("");
        metrics.forEach(metric -> header.add(metric.label + ", " + metric.unit));
        suite.baselines().forEach(base -> header.add(metrics.getFirst().label + " / " + base.label()));
        return header;
    }

    private List<List<String>> targets() {
        List<List<String>> rows = new ArrayList<>();
        for (Target target : suite.targets()) {
            target.value(runs)
                    .ifPresent(value -> rows.add(
                            List.of(target.text(), target.format(value), target.isMet(value) ? "met" : "MISSED")));
        }
        return rows;
    }

    static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }

    private static void append(List<List<String>> rows, StringBuilder text) {
        int columns = rows.getFirst().size();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int column = 0; column < columns; column++) {
                int at = column;
                int width =
                        rows.stream().mapToInt(r -> r.get(at).length()).max().orElse(0);
                String cell = row.get(column);
                line.append(cell).append(" ".repeat(width - cell.length() + 3));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }
}
