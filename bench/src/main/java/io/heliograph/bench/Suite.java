package io.heliograph.bench;

import java.util.List;
import java.util.Map;

/**
 * Set of scenarios and contestants.
 *
 * @param name name of the script and of the result files
 * @param about beginning of the usage text
 * @param title title of the chart
 * @param legend description of the contestants in one line
 * @param contestants contestants to measure
 * @param baselines contestants that the others are compared with
 * @param notCharted contestants without bars for rates
 * @param scenarios scenarios to measure
 * @param targets promised results
 * @param settings further constants, for the numbers
 */
record Suite(
        String name,
        String about,
        String title,
        String legend,
        List<Contestant> contestants,
        List<Contestant> baselines,
        List<Contestant> notCharted,
        List<Scenario> scenarios,
        List<Target> targets,
        Map<String, ?> settings) {}
