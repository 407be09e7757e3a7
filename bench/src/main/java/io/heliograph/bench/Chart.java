package io.heliograph.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The medians as horizontal bars, in an SVG that follows the reader's light or dark theme. */
final class Chart {

    private static final int WIDTH = 820;
    private static final int LEFT = 86;
    private static final int BAR_AREA = 380;
    private static final int ROW = 30;
    private static final int BAR = 18;
    private static final int PANEL_HEAD = 44;

    private static final String STYLE = """
            <style>
              text { font-family: system-ui, "DejaVu Sans", sans-serif; font-size: 13px; fill: #1c2430; }
              text.head { font-size: 15px; font-weight: 600; }
              text.soft, tspan.soft { fill: #5d6878; }
              .label { text-anchor: end; }
              .paper { fill: #ffffff; }
              .axis { stroke: #c9d0da; stroke-width: 1; }
              .range { stroke: #1c2430; stroke-width: 1.5; }
              .direct, .direct-mp { fill: #1f6fd0; }
              .virtual, .virtual-mp { fill: #6aa5e8; }
              .npm, .npm-mp, .node { fill: #c8553d; }
              .raw { fill: #8d97a5; }
              @media (prefers-color-scheme: dark) {
                text { fill: #e8ecf1; }
                text.soft, tspan.soft { fill: #9aa5b4; }
                .paper { fill: #12161c; }
                .axis { stroke: #3a4452; }
                .range { stroke: #e8ecf1; }
                .direct, .direct-mp { fill: #5aa2f5; }
                .virtual, .virtual-mp { fill: #33659f; }
                .npm, .npm-mp, .node { fill: #e0745c; }
                .raw { fill: #6d7887; }
              }
            </style>
            """;

    private final Suite suite;
    private final List<Run> runs;
    private final StringBuilder body = new StringBuilder();
    private int y = 34;

    private Chart(Suite suite, List<Run> runs) {
        this.suite = suite;
        this.runs = runs;
    }

    static String of(Suite suite, List<Run> runs, String subtitle) {
        Chart chart = new Chart(suite, runs);
        chart.text(LEFT - 70, chart.y, "head", suite.title());
        chart.y += 20;
        chart.text(LEFT - 70, chart.y, "soft", subtitle);
        chart.y += 18;
        chart.text(LEFT - 70, chart.y, "soft", suite.legend());
        for (Scenario scenario : suite.scenarios()) {
            chart.panel(scenario, scenario.main());
        }
        int height = chart.y + 26;
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n",
                        WIDTH,
                        height,
                        WIDTH,
                        height)
                + STYLE
                + "<rect width=\"100%\" height=\"100%\" class=\"paper\"/>\n"
                + chart.body
                + "</svg>\n";
    }

    private void panel(Scenario scenario, Metric metric) {
        List<Contestant> present = new ArrayList<>();
        double greatest = 0;
        for (Contestant contestant : suite.contestants()) {
            Optional<Spread> spread = Spread.of(runs, contestant, scenario, metric);
            if (spread.isPresent() && (metric.isLatency() || !suite.notCharted().contains(contestant))) {
                present.add(contestant);
                greatest = Math.max(greatest, spread.get().max());
            }
        }
        if (present.isEmpty()) {
            return;
        }
        y += PANEL_HEAD;
        text(LEFT - 70, y, "head", scenario.title() + ": " + metric.heading);
        y += 12;
        int top = y;
        for (Contestant contestant : present) {
            row(scenario, metric, contestant, BAR_AREA / greatest);
        }
        line("axis", LEFT, top, LEFT, y);
    }

    private void row(Scenario scenario, Metric metric, Contestant contestant, double scale) {
        Spread spread = Spread.of(runs, contestant, scenario, metric).orElseThrow();
        double middle = y + ROW / 2.0;
        text(LEFT - 8, middle + 4.5, "label", contestant.label());
        body.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\" class=\"%s\"><title>%s</title></rect>\n",
                LEFT,
                middle - BAR / 2.0,
                spread.median() * scale,
                BAR,
                contestant.label(),
                contestant.title()));
        line("range", LEFT + spread.min() * scale, middle, LEFT + spread.max() * scale, middle);
        double end = LEFT + Math.max(spread.median(), spread.max()) * scale + 10;
        body.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\">%s<tspan class=\"soft\" dx=\"10\">%s</tspan></text>\n",
                end,
                middle + 4.5,
                metric.format(spread.median()),
                remark(scenario, metric, contestant, spread)));
        y += ROW;
    }

    private String remark(Scenario scenario, Metric metric, Contestant contestant, Spread spread) {
        List<String> parts = new ArrayList<>();
        Contestant base = suite.baselines().getFirst();
        if (!contestant.equals(base)) {
            Spread.of(runs, base, scenario, metric)
                    .ifPresent(
                            other -> parts.add(Report.ratio(spread.median() / other.median()) + " × " + base.label()));
        }
        for (Metric tail : List.of(Metric.P99, Metric.P999, Metric.HEAP)) {
            Spread.of(runs, contestant, scenario, tail)
                    .ifPresent(value -> parts.add(tail.label + " " + tail.format(value.median())));
        }
        return String.join(" · ", parts);
    }

    private void text(double x, double at, String style, String text) {
        body.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n",
                x,
                at,
                style,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        body.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                style,
                x1,
                y1,
                x2,
                y2));
    }
}
