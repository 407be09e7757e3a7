package io.heliograph.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {

    private final List<Run> runs = new ArrayList<>();

    @Test
    void spreadHasMedianMinimumAndMaximum() {
        add(IpcSuite.NPM, IpcSuite.LATENCY_64, Metric.P50, 12, 9, 10);

        assertThat(Spread.of(runs, IpcSuite.NPM, IpcSuite.LATENCY_64, Metric.P50))
                .contains(new Spread(10, 9, 12));
        assertThat(Spread.of(runs, IpcSuite.RAW, IpcSuite.LATENCY_64, Metric.P50))
                .isEmpty();
    }

    @Test
    void evenMedianIsTheMeanOfTheMiddleTwo() {
        add(IpcSuite.NPM, IpcSuite.LATENCY_64, Metric.P50, 1, 2, 4, 100);

        assertThat(Spread.of(runs, IpcSuite.NPM, IpcSuite.LATENCY_64, Metric.P50))
                .contains(new Spread(3, 1, 100));
    }

    @Test
    void latencyTargetIsUpperAndRateTargetLower() {
        add(IpcSuite.DIRECT, IpcSuite.LATENCY_64, Metric.P50, 8);
        add(IpcSuite.NPM, IpcSuite.LATENCY_64, Metric.P50, 10);
        add(IpcSuite.RAW, IpcSuite.LATENCY_64, Metric.P50, 4);
        add(IpcSuite.DIRECT, IpcSuite.THROUGHPUT, Metric.RATE, 2.9e6);
        add(IpcSuite.NPM, IpcSuite.THROUGHPUT, Metric.RATE, 1e6);

        assertThat(new Report(IpcSuite.SUITE, runs).text())
                .containsPattern("direct 64b p50 ≤ 0.8 × npm +0.80 +met")
                .containsPattern("direct 64b p50 ≤ 1.7 × raw +2.00 +MISSED")
                .containsPattern("direct throughput ≥ 3.0 × npm +2.90 +MISSED")
                .doesNotContain("virtual");
    }

    @Test
    void onlySelectsContestantsAndScenarios() {
        Options options = Options.parse(List.of("--only", "raw,4k"), Path.of("bench"), IpcSuite.SUITE);

        assertThat(options.contestants()).containsExactly(IpcSuite.RAW);
        assertThat(options.scenarios()).containsExactly(IpcSuite.LATENCY_4K);
        assertThatThrownBy(() -> Options.parse(List.of("--only", "4kb"), Path.of("bench"), IpcSuite.SUITE))
                .hasMessageContaining("4kb (expected: ");
    }

    @Test
    void quickRunKeepsStoredResults() {
        assertThat(Options.parse(List.of(), Path.of("bench"), IpcSuite.SUITE).out())
                .isEqualTo(Path.of("bench/results"));
        for (String option : List.of("--quick", "--profile", "--one-core")) {
            assertThat(Options.parse(List.of(option), Path.of("bench"), IpcSuite.SUITE)
                            .out())
                    .isEqualTo(Path.of("bench/target/results"));
        }
    }

    private void add(Contestant contestant, Scenario scenario, Metric metric, double... values) {
        for (double value : values) {
            runs.add(new Run(1, contestant, scenario, Map.of(metric, value)));
        }
    }
}
