package io.heliograph.bench;

import java.util.Map;

/**
 * Result of one measurement.
 *
 * @param round number of the round, counted from 1
 * @param contestant measured contestant
 * @param scenario measured scenario
 * @param values value by metric
 */
record Run(int round, Contestant contestant, Scenario scenario, Map<Metric, Double> values) {}
