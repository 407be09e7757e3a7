package io.heliograph.bench;

/** What is measured. */
enum Scenario {
    LATENCY_64("64b", "Round trip, 64 B of JSON", 64),
    LATENCY_4K("4k", "Round trip, 4 KB of JSON", 4096),
    THROUGHPUT("throughput", "One way, objects of 83 B of JSON", 83);

    final String label;
    final String title;

    /** The size of the message's JSON, without envelope and delimiter. */
    final int bytes;

    Scenario(String label, String title, int bytes) {
        this.label = label;
        this.title = title;
        this.bytes = bytes;
    }

    boolean isLatency() {
        return this != THROUGHPUT;
    }
}
