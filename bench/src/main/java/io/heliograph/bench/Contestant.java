package io.heliograph.bench;

/**
 * Whose two ends are measured.
 *
 * @param label its name in tables, options and the style of charts
 */
record Contestant(String label, String title) {}
