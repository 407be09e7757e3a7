package io.heliograph.bench;

/**
 * Whose two ends are measured.
 *
 * @param label its name in tables, options and the style of charts
 * @param onNode whether its processes are Node's, and so left out where there is no Node
 */
record Contestant(String label, String title, boolean onNode) {

    Contestant(String label, String title) {
        this(label, title, false);
    }

    static Contestant onNode(String label, String title) {
        return new Contestant(label, title, true);
    }
}
