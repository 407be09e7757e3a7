package io.heliograph.bench;

/** Measures realtime servers; see {@code bench/realtime --help}. */
public final class RealtimeBench {

    private RealtimeBench() {}

    public static void main(String[] args) throws Exception {
        Bench.main(RealtimeSuite.SUITE, RealtimeMeasurement::new, args);
    }
}
