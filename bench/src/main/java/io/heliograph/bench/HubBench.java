package io.heliograph.bench;

/** Measures a hub beside its parts alone; see {@code bench/hub --help}. */
public final class HubBench {

    private HubBench() {}

    public static void main(String[] args) throws Exception {
        Bench.main(HubSuite.SUITE, HubMeasurement::new, args);
    }
}
