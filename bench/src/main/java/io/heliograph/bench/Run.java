package io.heliograph.bench;

import java.util.Map;

/**
 * What one pair of processes has yielded.
 *
 * @param round counted from 1
 */
record Run(int round, Contestant contestant, Scenario scenario, Map<Metric, Double> values) {}
