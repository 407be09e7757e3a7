package io.heliograph.bench;

import java.util.List;
import java.util.Map;

/**
 * A set of scenarios and those who are measured in them.
 *
 * @param name that of the script and of the files of results
 * @param about what the usage begins with
 * @param title the head of the chart
 * @param legend who the contestants are, in one line
 * @param baselines those that the others are compared with
 * @param notCharted contestants that a chart leaves out where rates are shown
 * @param settings what else has been decided, for the numbers
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
