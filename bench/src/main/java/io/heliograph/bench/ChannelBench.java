package io.heliograph.bench;

/** Measures channels; see {@code bench/channel --help}. */
public final class ChannelBench {

    private ChannelBench() {}

    public static void main(String[] args) throws Exception {
        Bench.main(ChannelSuite.SUITE, ChannelMeasurement::new, args);
    }
}
