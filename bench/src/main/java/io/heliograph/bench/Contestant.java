package io.heliograph.bench;

/**
 * Implementation to measure.
 *
 * @param label name in tables, options and the style of charts
 * @param title description
 * @param onNode whether its processes need Node; skipped without Node
 */
record Contestant(String label, String title, boolean onNode) {

    Contestant(String label, String title) {
        this(label, title, false);
    }

    static Contestant onNode(String label, String title) {
        return new Contestant(label, title, true);
    }
}
